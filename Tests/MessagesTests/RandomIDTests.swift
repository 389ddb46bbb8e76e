import Foundation
import Messages
import Testing

@Suite struct RandomIDTests {
    @Test func areUUIDsOfVersionFour() throws {
        let ids = (0..<1000).map { _ in RandomID.make() }
        #expect(Set(ids).count == 1000)
        for id in ids {
            #expect(try #require(UUID(uuidString: id)).uuidString.lowercased() == id)
            #expect(id.split(separator: "-")[2].first == "4")
            #expect("89ab".contains(try #require(id.split(separator: "-")[3].first)))
        }
    }
}
