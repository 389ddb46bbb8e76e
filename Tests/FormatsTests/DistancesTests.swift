import Formats
import Testing
import Vocabulary

struct DistancesTests {
    @Test(arguments: ["0,1,2\n1,0,3\n2,3,0\n", "0 1 2\n1 0 3\n2 3 0", "[[0,1,2],[1,0,3],[2,3,0]]"])
    func `a full square`(text: String) throws {
        #expect(try parse(text, .distances) == distances([1, 2, 3]))
    }

    @Test(arguments: [
        "1\n2,3\n", "\n1,\n2,3,\n", "1,2,3", "1 2\n3", "1;2;3", " 1,\n 2, 3",
    ])
    func `a lower triangle, however its lines are broken`(text: String) throws {
        #expect(try parse(text, .lowerDistances) == distances([1, 2, 3]))
    }

    @Test func `an upper triangle`() throws {
        // d(0,1) d(0,2) d(0,3) d(1,2) d(1,3) d(2,3)
        #expect(try parse("1,2,3\n4,5\n6", .upperDistances) == distances([1, 2, 4, 3, 5, 6]))
    }

    @Test func `infinity is a distance`() throws {
        #expect(try parse("1\ninf,3", .lowerDistances) == distances([1, .infinity, 3]))
    }

    @Test func `a diagonal says when points appear`() throws {
        #expect(try parse("1,2\n2,0.5", .distances) == distances([2], births: [1, 0.5]))
        #expect(
            complaint("1,2\n2,3", .distances)
                == "line 2, column 1: distances[1][0] is 2.0, less than its points' diagonal entries 3.0 and 1.0"
        )
    }

    @Test func `rounding may tell the halves apart`() throws {
        #expect(try parse("0,1.0000000000001\n1,0", .distances) == distances([1]))
    }

    @Test(arguments: [
        ("0,1\n2,0", "line 2, column 1: not symmetric: distances[1][0] is 2.0, distances[0][1] is 1.0"),
        ("0,1,2\n1,0,3", "2 rows of 3 numbers: expected a square of distances"),
        ("0,1\n1,0,2", "line 2, column 5: distances[1] has 3 numbers, expected 2"),
        ("0,-1\n-1,0", "line 1, column 3: distances[0][1]: -1.0 is no distance: expected a number ≥ 0"),
        ("0,nan\n1,0", "line 1, column 3: distances[0][1]: nan is no distance: expected a number ≥ 0"),
        (
            "[[0,1],\n[2,0]]",
            "line 2, column 2: not symmetric: distances[1][0] is 2.0, distances[0][1] is 1.0"
        ),
    ])
    func `what is wrong with a square`(text: String, message: String) {
        #expect(complaint(text, .distances) == message)
    }

    @Test(arguments: [
        ("1,2", "line 1, column 4: found 2 distances; 2 points have 1, 3 have 3"),
        ("1\n2,x", "line 2, column 3: expected a distance, found \"x\""),
        ("1\n2,-3", "line 2, column 3: -3.0 is no distance: expected a number ≥ 0"),
        ("1\n,2,3", "line 2, column 1: expected a distance, found ','"),
        ("\n", "line 2, column 1: expected distances, found none"),
    ])
    func `what is wrong with a triangle`(text: String, message: String) {
        #expect(complaint(text, .lowerDistances) == message)
        #expect(!complaint(text, .upperDistances).isEmpty)
    }

    @Test func `a graph of i j d lines`() throws {
        let graph = try SparseGraph(count: 4, ends: [1, 0, 2, 3], lengths: .float64([0.5, 2]))
        #expect(try parse("1 0 0.5\n2 3 2\n", .sparse) == .sparse(graph))
        #expect(try parse("1,0,0.5,\n\n2,3,2", .sparse) == .sparse(graph))
    }

    @Test func `a vertex of a graph may appear late`() throws {
        let graph = try SparseGraph(
            count: 2, ends: [0, 1], lengths: .float64([2]), vertexBirths: .float64([0, 1]))
        #expect(try parse("0 0 0\n0 1 2\n1 1 1", .sparse) == .sparse(graph))
        #expect(
            complaint("1 1 3\n0 1 2", .sparse)
                == "line 2, column 1: the length 2.0 is less than 3.0, when the edge's later end appears")
    }

    @Test(arguments: [
        ("0 1", "line 1, column 4: expected a distance, found the end of the file"),
        ("0 1 2\n0 -1 2", "line 2, column 3: expected a vertex number from 0, found \"-1\""),
        ("0 1.5 2", "line 1, column 3: expected a vertex number from 0, found \"1.5\""),
        ("0 1 -2", "line 1, column 5: -2.0 is no distance: expected a number ≥ 0"),
        (
            "0 1 2 3",
            "line 1, column 7: expected the end of the line after i, j and the distance, found \"3\""
        ),
        ("0 1 2\n1 2 3\n1 0 2", "line 3, column 1: the edge between 1 and 0 is given a second time"),
        ("0 4294967296 1", "line 1, column 13: vertex 4294967296 is too large, at most 2147483646"),
        ("# nothing", "line 1, column 10: expected lines of i j d, found none"),
    ])
    func `what is wrong with a graph`(text: String, message: String) {
        #expect(complaint(text, .sparse) == message)
    }
}
