import Sealing
import Testing

@Suite("Key rings")
struct KeyRingTests {
    @Test(
        "Blank lines, comments, indentation and any line endings are ignored in a key file",
        arguments: [
            "\(Frozen.newLine)\n\(Frozen.oldLine)",
            "\(Frozen.newLine)\n\(Frozen.oldLine)\n",
            "\(Frozen.newLine)\r\n\(Frozen.oldLine)\r\n",
            "# newest first\n\n  \(Frozen.newLine)\t\n \t \n  # before the move\n\(Frozen.oldLine)\n\n",
        ])
    func parsing(text: String) throws {
        let ring = try KeyRing(parsing: text)
        #expect(ring.ids.map(\.description) == [Frozen.newID, Frozen.oldID])
        #expect(ring.newest.id.description == Frozen.newID)
        #expect(ring.text == "\(Frozen.newLine)\n\(Frozen.oldLine)\n")
    }

    @Test("A key file without a key is refused", arguments: ["", "\n", "\r\n", "# nothing\n", " \t"])
    func empty(text: String) {
        #expect(throws: SealingError.emptyKeyFile) { try KeyRing(parsing: text) }
    }

    @Test(
        "An error about a malformed line contains its number, not its text",
        arguments: [
            "hunter2hunter2",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gIQ==",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=",
            "AAECAwQFBgcICQoLDA0ODxAR EhMUFRYXGBkaGxwdHh8=",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\(Frozen.newLine)",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= # old",
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            "\u{FEFF}AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            "\u{301}",
        ])
    func notAKey(line: String) throws {
        let error = try #require(throws: SealingError.self) { try KeyRing(parsing: "# keys\n\(Frozen.newLine)\n\(line)\n") }
        #expect(error == .invalidKeyFile(line: 3, reason: .notAKey))
        #expect(error.description == "line 3 of the key file is not the base64 of 32 bytes")
        #expect(!String(reflecting: error).contains(line))
    }

    @Test("A duplicate key is refused with both line numbers")
    func duplicate() {
        let error = SealingError.invalidKeyFile(line: 4, reason: .repeats(line: 1))
        #expect(throws: error) { try KeyRing(parsing: "\(Frozen.oldLine)\n\n\(Frozen.newLine)\n\(Frozen.oldLine)") }
        #expect(error.description == "line 4 of the key file repeats the key of line 1")
    }

    @Test("Rotation puts the new key first and retains all others once")
    func rotated() throws {
        let old = try #require(KeyEncryptionKey(base64: Frozen.oldLine))
        let new = try #require(KeyEncryptionKey(base64: Frozen.newLine))
        let ring = KeyRing(old).rotated(to: new)
        #expect(ring.ids == [new.id, old.id])
        #expect(ring.rotated(to: old).ids == [old.id, new.id])
        #expect(ring.rotated(to: new).ids == [new.id, old.id])
    }

    @Test("A look-up by id finds exactly the keys of the ring")
    func lookUp() throws {
        let old = try #require(KeyEncryptionKey(base64: Frozen.oldLine))
        let ring = try KeyRing(parsing: Frozen.oldLine)
        #expect(ring[old.id]?.id == old.id)
        #expect(ring[KeyEncryptionKey.generate().id] == nil)
    }

    @Test("A generated ring is equal after writing and parsing")
    func generated() throws {
        let ring = KeyRing(.generate()).rotated(to: .generate())
        #expect(Set(ring.ids).count == 2)
        #expect(try KeyRing(parsing: ring.text).ids == ring.ids)
    }
}
