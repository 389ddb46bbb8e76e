import Formats
import Testing
import Vocabulary

struct PointsTests {
    @Test(arguments: [
        "1,2\n3,4\n", "1,2\n3,4", "1, 2\r\n3, 4\r\n", "1 2\n3 4", "  1\t2  \n\n3\t4\n\n", "1;2\n3;4",
        "x,y\n1,2\n3,4", "\"a, b\",\"c 1\"\n1,2\n3,4", "# made by hand\n1 2\n3 4 # the last\n",
        "\u{FEFF}1,2\n3,4", "+1.0,2.\n.3e1,40E-1", "[[1,2],[3,4]]", " [ [1.0, 2e0],\n [3, 4] ] \n",
    ])
    func `text and JSON in all their guises`(text: String) throws {
        #expect(try parse(text, .points) == points([[1, 2], [3, 4]]))
        #expect(try parse(text, .auto, name: "cloud.csv") == points([[1, 2], [3, 4]]))
    }

    @Test func `one coordinate and one point`() throws {
        #expect(try parse("5", .points) == points([[5]]))
        #expect(try parse("1\n2\n3", .points) == points([[1], [2], [3]]))
    }

    @Test func `numbers are narrowed where float32 is asked for`() throws {
        let cloud = try PointCloud(dimension: 2, coordinates: .float32([0.1, 16_777_216]))
        #expect(try parse("0.1,16777217", .points, precision: .float32) == .points(cloud))
    }

    @Test(arguments: [
        ("", "there is nothing in it"),
        ("\n \n", "line 3, column 1: expected rows of numbers, found none"),
        ("x,y\n", "line 2, column 1: expected rows of numbers, found none"),
        ("1,2\n3,x\n", "line 2, column 3: expected a number, found \"x\""),
        ("1,2\n3,4,5\n", "line 2, column 5: points[1] has 3 numbers, expected 2"),
        ("1,2\n\n3\n", "line 3, column 2: points[1] has 1 number, expected 2"),
        ("1,,2", "line 1, column 3: expected a number, found ','"),
        ("1,2,\n", "line 1, column 5: expected a number, found the end of the line"),
        ("1,2,", "line 1, column 5: expected a number, found the end of the file"),
        ("1,2\nnan,4", "line 2, column 1: points[1][0] is not a finite number"),
        ("1,2\n3,-inf", "line 2, column 3: points[1][1] is not a finite number"),
        ("1,1e999", "line 1, column 3: points[0][1] is not a finite number"),
        ("1,0x10", "line 1, column 3: expected a number, found \"0x10\""),
        ("1,2\n1,1e", "line 2, column 3: expected a number, found \"1e\""),
        ("1,-", "line 1, column 3: expected a number, found \"-\""),
        ("1,2\né,1.2.3", "line 2, column 1: expected a number, found \"é\""),
        ("# é\n1,2\n1,1.2.3", "line 3, column 3: expected a number, found \"1.2.3\""),
        ("1,2\n3,\u{7}", "line 2, column 3: expected a number, found the byte 0x7"),
    ])
    func `what is wrong with text is said with line and column`(text: String, message: String) {
        #expect(complaint(text, .points) == message)
    }

    @Test(arguments: [
        ("[[1,2],[3]]", "line 1, column 10: points[1] has 1 number, expected 2"),
        ("[[1,2],\n[3,\"4\"]]", "line 2, column 4: points[1][1] is a string, expected a number"),
        ("[[1,2],\n[3,NaN]]", "line 2, column 4: points[1][1] is not a finite number"),
        ("[[1,2],\n[3,1e999]]", "line 2, column 4: points[1][1] is not a finite number"),
        ("[]", "line 1, column 1: expected rows of numbers, found none"),
        ("[[]]", "line 1, column 1: points[0] has no numbers"),
        ("[[1,2],[3,4]", "line 1, column 13: the text ends where ',' or ']' was expected"),
        ("[[1,2],[3,4]] x", "line 1, column 15: found 'x' where the end of the text was expected"),
        ("[[1,2],[3,04]]", "line 1, column 11: a number starts with a needless 0"),
        ("{\"points\": []}", "line 1, column 1: points is an object, expected an array"),
    ])
    func `what is wrong with JSON is said with line and column`(text: String, message: String) {
        #expect(complaint(text, .points) == message)
    }

    @Test func `a number that float32 cannot hold is named`() {
        #expect(
            complaint("1\n1e39", .points, precision: .float32)
                == "line 2, column 1: points[1][0] is too large for float32, try float64")
    }

    @Test func `an upload says what it is, and csv wants commas`() throws {
        func read(_ text: String, _ format: PointsFormat) throws(FormatError) -> PointCloud {
            try InputParser.points(Array(text.utf8), as: format, precision: .float64)
        }
        let cloud = try PointCloud(dimension: 2, coordinates: .float64([1, 2, 3, 4]))
        #expect(try read("a,b\n1,2\n3, 4", .csv) == cloud)
        #expect(try read("1 2\n3 4", .txt) == cloud)
        #expect(try read("[[1,2],[3,4]]", .json) == cloud)
        let error = #expect(throws: FormatError.self) { try read("1,2\n3 4", .csv) }
        #expect(error?.position == TextPosition(line: 2, column: 3))
    }
}
