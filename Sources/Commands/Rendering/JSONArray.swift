/// Objects that are JSON texts already, as one array, an object a line.
enum JSONArray {
    static func text(_ objects: [String]) -> String {
        objects.isEmpty ? "[]" : "[\n  " + objects.joined(separator: ",\n  ") + "\n]"
    }
}
