import Settings
import Vocabulary

/// What the process ends with, after sysexits.h. Scripts rely on these numbers.
package enum ExitStatus: Int32, Error {
    case failure = 1
    case usage = 64
    case badData = 65
    case noInput = 66
    case unavailable = 69
    case tryAgain = 75
    case interrupted = 130

    /// The status and the message for an error of ours; nil for ArgumentParser's.
    package static func ofOwn(_ error: any Error) -> (status: ExitStatus, message: String)? {
        switch error {
        case let error as InputFileError: (error.status, error.message)
        case let error as SettingsError: (.usage, error.description)
        case is Interrupted: (.interrupted, "interrupted, the computation is cancelled")
        case let failure as Failure: of(failure)
        default: nil
        }
    }

    private static func of(_ failure: Failure) -> (ExitStatus, String) {
        switch failure.code {
        case .invalidArgument: (.badData, failure.message)
        case .unavailable: (.unavailable, failure.message)
        case .overloaded: (.tryAgain, failure.message + again(failure.retryAfter))
        case .resourceExhausted, .deadlineExceeded, .cancelled, .unsupported, .internal:
            (.failure, failure.message)
        }
    }

    private static func again(_ delay: Duration?) -> String {
        guard let delay else { return "; try again" }
        return "; try again in \(Quantity.seconds(delay / .seconds(1)))"
    }
}
