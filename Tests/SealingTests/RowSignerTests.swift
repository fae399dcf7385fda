import Sealing
import Testing

@Suite("Signing rows")
struct RowSignerTests {
    private func signer(_ byte: UInt8) throws -> RowSigner {
        RowSigner(secret: try Make.deploymentSecret(Array(repeating: byte, count: 32)))
    }

    @Test("A code is valid only for its row and its deployment")
    func codes() throws {
        let code = try signer(1).code(of: [1, 2, 3])
        #expect(code.count == 32)
        #expect(try signer(1).isValid(code, of: [1, 2, 3]))
        #expect(try !signer(1).isValid(code, of: [1, 2, 4]))
        #expect(try !signer(2).isValid(code, of: [1, 2, 3]))
        for wrong in [[], Array(code.dropLast()), code + [0], Array(repeating: 0, count: 32)] as [[UInt8]] {
            #expect(try !signer(1).isValid(wrong, of: [1, 2, 3]))
        }
    }

    @Test("The frozen deployment secret produces the same row codes")
    func frozen() throws {
        let secret = try DeploymentSecret(
            opening: Make.envelope(Frozen.deploymentSecret), with: Make.sealer(Frozen.oldLine), row: Frozen.row, version: 1)
        #expect(Make.hex(RowSigner(secret: secret).code(of: Array("row".utf8))) == Frozen.rowCode)
    }

    @Test("The mark of signed rows is inside the sealed secret, and the derived keys are unchanged")
    func mark() throws {
        let secret = try Make.deploymentSecret(Array(repeating: 7, count: 32))
        #expect(!secret.hasSignedRows)
        let sealer = try Make.sealer(Frozen.newLine)
        let marked = try DeploymentSecret(
            opening: secret.withSignedRows().sealed(by: sealer, row: Frozen.row, version: 1), with: sealer, row: Frozen.row, version: 1)
        #expect(marked.hasSignedRows)
        #expect(RowSigner(secret: marked).code(of: [1]) == RowSigner(secret: secret).code(of: [1]))
        #expect(DeploymentSecret.generate().hasSignedRows)
    }

    @Test("Other sealed contents are refused as a deployment secret", arguments: [0, 31, 33, 34, 64, 65, 96, 97])
    func contents(length: Int) throws {
        #expect(throws: SealingError.notADeploymentSecret) { try Make.deploymentSecret(Array(repeating: 1, count: length)) }
        if length > 32, length % 32 == 1 {
            #expect(try Make.deploymentSecret([2] + Array(repeating: 1, count: length - 1)).hasSignedRows)
        }
    }
}
