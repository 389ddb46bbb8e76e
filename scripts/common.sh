# What every script here begins with: strict mode, the repository as working directory, two ways to speak.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# One configuration everywhere, so that programs, tests and benchmarks share every object file: optimised,
# without @testable (tests see `package` declarations), and with warnings as errors. TDA_WARNINGS_AS_ERRORS=0
# is for a toolchain whose new warnings stand in the way.
export TDA_WARNINGS_AS_ERRORS=${TDA_WARNINGS_AS_ERRORS:-1}
# shellcheck disable=SC2034
SWIFT_OPTIONS=(-c release)

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$(basename "$0"): $*"
    exit 1
}

require_swift() {
    command -v swift >/dev/null || fail "no swift on the PATH; a Swift 6.3 toolchain is needed"
}
