import Settings
import Testing

struct ValuesTests {
    @Test(arguments: [
        ("0", 0), ("1024", 1024), ("4k", 4096), ("3M", 3 << 20), ("8G", 8 << 30), ("8GiB", 8 << 30),
        ("8gb", 8 << 30), ("1T", 1 << 40), ("17b", 17),
    ])
    func `bytes are read with units`(text: String, bytes: Int) {
        #expect(ByteCount(argument: text)?.bytes == bytes)
    }

    @Test(arguments: ["", "G", "-1", "1.5G", "12X", "99999999999T", "99999999999999999999", "1 G"])
    func `what is no number of bytes is refused`(text: String) {
        #expect(ByteCount(argument: text) == nil)
    }

    @Test func `bytes print as they are read`() {
        for bytes in [0, 1, 1000, 1024, 5 << 20, 3 << 30, (3 << 30) + 1] {
            #expect(ByteCount(argument: ByteCount(bytes).description)?.bytes == bytes)
        }
    }

    @Test func `the socket stands in run where that can be written, else in the user's directory`() {
        let environment = ["XDG_RUNTIME_DIR": "/run/user/7"]
        #expect(SocketPath.forServer(environment: environment, isWritable: { _ in true }) == "/run/tda.sock")
        #expect(
            SocketPath.forServer(environment: environment, isWritable: { _ in false })
                == "/run/user/7/tda.sock")
        #expect(SocketPath.forServer(environment: [:], isWritable: { _ in false }) == "/run/tda.sock")
    }
}
