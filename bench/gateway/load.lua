-- wrk's requests: POSTs of the bodies in a file, one a line, in turn; what came of them as a line of JSON.
-- wrk … load.lua -- FILE

local bodies, turn = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do bodies[#bodies + 1] = wrk.format("POST", nil, nil, line) end
end

wrk.headers["Content-Type"] = "application/json"

function request()
  turn = turn % #bodies + 1
  return bodies[turn]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "microseconds": %d, "failed": %d, "p50_us": %d, "p99_us": %d}\n',
    summary.requests, summary.duration,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
