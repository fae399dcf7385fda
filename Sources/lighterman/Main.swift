import ArgumentParser
import Server

@main
enum Main {
    static func main() async {
        ProcessHardening.apply()
        TaskThreads.installEventLoopExecutor()
        await LightermanCommand.main()
    }
}
