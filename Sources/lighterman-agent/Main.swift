import Agent
import ArgumentParser

@main
enum Main {
    static func main() async {
        await AgentCommand.main()
    }
}
