public import ArgumentParser
public import Formats
import Glibc
import Vocabulary

extension InputFormat: ExpressibleByArgument {}

/// What is wrong with the file that was given.
struct InputFileError: Error {
    let status: ExitStatus
    let message: String
}

/// The `FILE` argument and how to read it.
struct InputFile: ParsableArguments {
    @Argument(help: "The file to read; - is standard input.")
    var file: String

    @Option(
        name: .customLong("input"),
        help: ArgumentHelp("What the file holds; auto goes by its name and first bytes.", valueName: "format")
    )
    var format: InputFormat = .auto

    /// The file's content.
    ///
    /// - Throws: `InputFileError`, with line and column where the content is text.
    func read(precision: Precision) throws(InputFileError) -> ComputeInput {
        let (bytes, name) = file == "-" ? (try readAll(STDIN_FILENO), nil) : (try readFile(), file)
        do throws(FormatError) {
            return try InputParser.parse(bytes, as: format, name: name, precision: precision)
        } catch {
            throw InputFileError(status: .badData, message: "\(shownName): \(error)")
        }
    }

    /// The file's content, with the weights that `options` name a file for.
    func read(for options: RipsOptions) throws(InputFileError) -> ComputeInput {
        let input = try read(precision: options.precision)
        guard let file = options.weightsFile else { return input }
        var weights = InputFile()
        weights.file = file
        weights.format = .points
        guard case .points(let column) = try weights.read(precision: options.precision) else { return input }
        do throws(InvalidInput) {
            return try input.weighted(by: column.coordinates)
        } catch {
            throw InputFileError(status: .badData, message: "\(file): \(error)")
        }
    }

    private var shownName: String { file == "-" ? "standard input" : file }

    private func readFile() throws(InputFileError) -> [UInt8] {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable() }
        defer { close(descriptor) }
        return try readAll(descriptor)
    }

    private func readAll(_ descriptor: Int32) throws(InputFileError) -> [UInt8] {
        var about = stat()
        let known =
            fstat(descriptor, &about) == 0 && about.st_mode & S_IFMT == S_IFREG ? Int(about.st_size) : 0
        var bytes: [UInt8] = []
        // A byte more than the size, so that a regular file's end is found without growing.
        bytes.reserveCapacity(max(known + 1, 1 << 16))
        while true {
            let chunk = max(bytes.capacity - bytes.count, 1 << 16)
            var count = 0
            bytes.append(addingCapacity: chunk) { span in
                span.withUnsafeMutableBufferPointer { buffer, initialized in
                    count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                    initialized = max(count, 0)
                }
            }
            if count == 0 { return bytes }
            if count < 0, errno != EINTR { throw unreadable() }
        }
    }

    private func unreadable() -> InputFileError {
        InputFileError(
            status: .noInput, message: "cannot read \(shownName): \(String(cString: strerror(errno)))")
    }
}
