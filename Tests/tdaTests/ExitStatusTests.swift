import Testing
import Vocabulary
import tda

struct ExitStatusTests {
    @Test(
        arguments: [
            (FailureCode.invalidArgument, 65), (.unavailable, 69), (.overloaded, 75), (.resourceExhausted, 1),
            (.deadlineExceeded, 1), (.cancelled, 1), (.unsupported, 1), (.internal, 1),
        ] as [(FailureCode, Int32)])
    func `each failure has its status`(code: FailureCode, status: Int32) {
        let outcome = ExitStatus.ofOwn(Failure(code, "why"))
        #expect(outcome?.status.rawValue == status)
        #expect(outcome?.message.hasPrefix("why") == true)
    }

    @Test func `an overloaded daemon says when to come back`() {
        let failure = Failure(.overloaded, "the queue is full", retryAfter: .milliseconds(1500))
        #expect(ExitStatus.ofOwn(failure)?.message == "the queue is full; try again in 1.5 s")
    }

    @Test func `an interruption ends as shells expect it`() {
        #expect(ExitStatus.ofOwn(Interrupted())?.status.rawValue == 130)
    }
}
