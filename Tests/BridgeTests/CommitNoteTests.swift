import Bridge
import Testing

@Suite struct CommitNoteTests {
    @Test func aNoteIsReadAsItWasWritten() throws {
        let note = CommitNote(
            position: 1234, floors: ["aaaaaaaaa": 5000, "bbbbbbbbb": -7, "ccccccccc": nil, "ddddddddd": 5000])
        let (text, leftOut) = note.text()
        #expect(leftOut == 0)
        let read = try #require(CommitNote(text))
        #expect(read.position == 1234)
        for (key, floor) in note.floors {
            // What is not listed has the common floor.
            let found: Int64? = read.floors[key] ?? read.defaultFloor
            #expect(found == floor)
        }
    }

    @Test func eventsThatWereTurnedAwayAreRemembered() throws {
        var note = CommitNote(position: 1234, floors: ["aaaaaaaaa": 5000], turnedAway: [3, 4, 1000, 1233])
        #expect(CommitNote(note.text().text)?.turnedAway == note.turnedAway)
        #expect(CommitNote(note.text().text)?.position == 1234)
        // The latest, where there is no room for all.
        note.turnedAway = (0..<1000).map { $0 + 100 }
        let (text, leftOut) = note.text()
        let read = try #require(CommitNote(text))
        #expect(leftOut > 0 && read.turnedAway == note.turnedAway.suffix(1000 - leftOut))
    }

    @Test func thousandsOfStreamsFitWhenMostStandAtOneFloor() throws {
        var floors: [String: Int64?] = [:]
        for index in 0..<5000 {
            floors.updateValue(
                index < 100 ? nil : index < 200 ? 1_700_000_010_000 : 1_700_000_000_000,
                forKey: CommitNote.key("stream \(index)"))
        }
        let (text, leftOut) = CommitNote(position: 9, floors: floors).text()
        #expect(leftOut == 0 && text.utf8.count <= CommitNote.limit)
    }

    @Test func withoutRoomStreamsAreLeftOutRatherThanTheirWindowsLost() throws {
        var floors: [String: Int64?] = [:]
        for index in 0..<2000 { floors[CommitNote.key("stream \(index)")] = Int64(index) * 1000 }
        let (text, leftOut) = CommitNote(position: 9, floors: floors).text()
        #expect(leftOut > 0 && text.utf8.count <= CommitNote.limit)
        let read = try #require(CommitNote(text))
        #expect(read.defaultFloor == nil)
        #expect(read.floors.count == 2000 - leftOut)
        for (key, floor) in read.floors { #expect(floors[key] == floor) }
    }

    @Test(arguments: [
        "", "x", "tda1;1;2", "tda1;a;-;0;", "tda1;1;-;0;short", "tda1;1;-;0;;x!", "tda1;1;-;0;;0",
        "tda2;1;-;0;",
    ])
    func anythingElseIsNoNote(text: String) { #expect(CommitNote(text) == nil) }

    /// Python's uuid.uuid5 says the same.
    @Test func idsFollowFromNames() {
        #expect(
            NameBasedID.uuid(namespace: NameBasedID.windows, "s\n0\n10000")
                == "19883417-3214-5a64-9653-76b80759a447")
        #expect(
            NameBasedID.uuid(namespace: NameBasedID.windows, String(repeating: "é", count: 100))
                == "539f0e26-b3c2-5515-a311-77288c979e53")
    }
}
