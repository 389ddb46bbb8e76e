import Engine
import Hardware
import Testing
import Vocabulary

/// What was measured decides what computes.
@Suite struct CalibrationTests {
    private func calibration(cpu: Double, openBLAS: Double) -> Calibration {
        Calibration(
            fingerprint: "a machine; OpenCL 3.0", threads: 2,
            rates: [
                .init(work: .distances, backend: "cpu", dimension: 4, seconds: 1e-10),
                .init(work: .distances, backend: "cpu", dimension: 64, seconds: cpu),
                .init(work: .distances, backend: "openblas", dimension: 64, seconds: openBLAS),
                .init(work: .edges, backend: "cpu", dimension: 256, seconds: 1e-6),
                .init(work: .edges, backend: "opencl A device", dimension: 256, seconds: 2e-6),
            ])
    }

    @Test func textIsReadAsItWasWritten() throws {
        let one = calibration(cpu: 3e-9, openBLAS: 0.1 + 0.2)
        #expect(Calibration(text: one.text) == one)
    }

    @Test func anythingElseIsNoCalibration() {
        let text = calibration(cpu: 3e-9, openBLAS: 1e-9).text
        let bad = [
            "", "tda-calibration 2\n", String(text.dropLast()), String(text.dropLast(20)),
            text.replacing("calibration 2", with: "calibration 1"),
            text.replacing("threads 2", with: "threads 0"),
            text.replacing("distances 4", with: "distances -4"), text.replacing("distances", with: "volumes"),
            text.replacing("1e-10", with: "nan"), text + "more\n",
        ]
        for text in bad { #expect(Calibration(text: text) == nil, "\(text)") }
    }

    @Test func timeIsReckonedBetweenDimensions() throws {
        let one = calibration(cpu: 6.1e-9, openBLAS: 1)
        #expect(one.seconds(.distances, "cpu", dimension: 1) == 1e-10)
        #expect(abs(try #require(one.seconds(.distances, "cpu", dimension: 34)) - 3.1e-9) < 1e-15)
        #expect(abs(try #require(one.seconds(.distances, "cpu", dimension: 128)) - 12.2e-9) < 1e-15)
        #expect(one.seconds(.distances, "opencl", dimension: 4) == nil)
        #expect(one.seconds(.edges, "cpu", dimension: 100) == 1e-6)
    }

    private func backend(
        _ calibration: Calibration?, count: Int = 400, precision: Precision = .float32,
        metric: Metric = .euclidean, devices: [OpenCLDevice] = [], isForced: Bool = false
    ) throws -> String {
        var state: UInt64 = 5
        let values = (0..<count * 64).map { _ -> Float in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(state >> 40) / Float(1 << 24)
        }
        let input = ComputeInput.points(try PointCloud(dimension: 64, coordinates: .float32(values)))
        let computation = RipsComputation(
            backends: Backends(devices: devices, isForced: isForced, calibration: calibration))
        let options = try VietorisRipsOptions(maxDimension: 0, metric: metric, precision: precision)
        let plan = try computation.plan(input, options, threads: 1)
        return try computation.run(input, options, plan, ComputeContext()).statistics.backend
    }

    @Test func theCheapestComputes() throws {
        let productsWin = calibration(cpu: 4e-9, openBLAS: 1e-9)
        #expect(try backend(productsWin) == "openblas")
        #expect(try backend(productsWin, metric: .cosine) == "openblas")
        #expect(try backend(calibration(cpu: 4e-9, openBLAS: 3.9e-9)).hasPrefix("cpu-"))
        #expect(try backend(nil).hasPrefix("cpu-"))
    }

    @Test func whatProductsCannotGiveIsTakenDirectly() throws {
        let productsWin = calibration(cpu: 4e-9, openBLAS: 1e-9)
        #expect(try backend(productsWin, precision: .float64).hasPrefix("cpu-"))
        #expect(try backend(productsWin, metric: .manhattan).hasPrefix("cpu-"))
        #expect(try backend(productsWin, count: 50).hasPrefix("cpu-"))
    }

    @Test(.enabled(if: !OpenCLDevices.list().isEmpty, "no OpenCL device; apt-get install pocl-opencl-icd"))
    func aDeviceThatIsAskedForComputes() throws {
        let devices = OpenCLDevices.open { _ in }
        #expect(try backend(nil, count: 20, devices: devices, isForced: true) == "opencl")
        // Not asked for, it has to be worth it.
        #expect(try backend(calibration(cpu: 4e-9, openBLAS: 1), devices: devices).hasPrefix("cpu-"))
    }

    /// The real thing, on this machine: the host's ways are measured, and what is measured is chosen by.
    @Test func aCalibrationKnowsTheHost() throws {
        let measured = Calibrator(devices: []).measure(CallingThread(), fingerprint: "here")
        for dimension in [4, 32, 128, 512] {
            let seconds = try #require(measured.seconds(.distances, "cpu", dimension: dimension))
            #expect(seconds > 0 && seconds < 1e-5)
        }
        #expect(measured.seconds(.distances, "openblas", dimension: 512) != nil)
        #expect(measured.seconds(.edges, "cpu", dimension: 2000) != nil)
        #expect(Calibration(text: measured.text) == measured)
    }
}
