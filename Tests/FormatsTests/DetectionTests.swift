import Formats
import Testing
import Vocabulary

struct DetectionTests {
    @Test func `the ending of the name decides`() throws {
        #expect(try parse("1,2\n3,4", name: "a.CSV") == points([[1, 2], [3, 4]]))
        #expect(try parse("1,2,3", name: "a.lower_distance_matrix") == distances([1, 2, 3]))
        #expect(try parse("1,2,3", name: "a.upper_distance_matrix") == distances([1, 2, 3]))
        #expect(try parse("0,1\n1,0", name: "a.distance_matrix") == distances([1]))
        #expect(try parse("0 1 2", name: "a.sparse").count == 2)
    }

    @Test func `without a known ending the shape decides`() throws {
        #expect(try parse("1,2\n3,4") == points([[1, 2], [3, 4]]))
        #expect(try parse("[[1,2],[3,4]]") == points([[1, 2], [3, 4]]))
        #expect(try parse("\n1\n2 3\n4 5 6\n") == distances([1, 2, 3, 4, 5, 6]))
        #expect(try parse("1,2,\n3") == distances([1, 2, 3]))
        #expect(complaint("1,2\n3,x", .auto) == "line 2, column 3: expected a number, found \"x\"")
    }

    @Test func `a square is points unless it is called distances`() throws {
        #expect(try parse("0,1\n1,0") == points([[0, 1], [1, 0]]))
        #expect(try parse("0,1\n1,0", .distances) == distances([1]))
    }
}
