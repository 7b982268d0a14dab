#!/usr/bin/env bash
# Puts the gate binary where only this run finds it, and says where that is.
#
# Nothing is taken from the PATH: what is first there may come from the change.
set -euo pipefail

bin="$RUNNER_TEMP/gate-bin"
mkdir -p "$bin"

download() {
  curl --fail --silent --show-error --location --retry 3 --proto '=https' --tlsv1.2 --output "$2" "$1"
}

# Both read from standard input: on Windows a path holds a colon and backslashes, of which tar and sha256sum make
# something else.
checksum() {
  if command -v sha256sum >/dev/null; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -d ' ' -f 1
}

from_release() {
  local target archive address wanted
  case "$RUNNER_OS-$RUNNER_ARCH" in
    Linux-X64) target=x86_64-unknown-linux-musl ;;
    Linux-ARM64) target=aarch64-unknown-linux-musl ;;
    macOS-X64) target=x86_64-apple-darwin ;;
    macOS-ARM64) target=aarch64-apple-darwin ;;
    Windows-X64) target=x86_64-pc-windows-msvc ;;
    *)
      echo "::error title=gate::there is no release for $RUNNER_OS on $RUNNER_ARCH; use install: cargo"
      exit 2
      ;;
  esac
  archive="gate-$VERSION-$target.tar.gz"
  address="$GITHUB_SERVER_URL/$GITHUB_ACTION_REPOSITORY/releases/download/$VERSION"
  download "$address/$archive" "$RUNNER_TEMP/$archive"
  wanted="$SHA256"
  if [ -z "$wanted" ]; then
    download "$address/SHA256SUMS" "$RUNNER_TEMP/SHA256SUMS"
    wanted=$(awk -v name="$archive" '$2 == name { print $1 }' "$RUNNER_TEMP/SHA256SUMS")
  fi
  if [ -z "$wanted" ] || [ "$(checksum "$RUNNER_TEMP/$archive")" != "$wanted" ]; then
    echo "::error title=gate::the checksum of $archive is not the one that was asked for"
    exit 2
  fi
  tar -xz -C "$bin" <"$RUNNER_TEMP/$archive"
}

case "$INSTALL" in
  release) from_release ;;
  cargo)
    cargo install --quiet --locked --path "$GITHUB_ACTION_PATH" --root "$RUNNER_TEMP/gate-cargo"
    bin="$RUNNER_TEMP/gate-cargo/bin"
    ;;
  *) bin=$(dirname "$INSTALL") ;;
esac

gate="$bin/gate"
[ "$RUNNER_OS" = Windows ] && gate="$gate.exe"
"$gate" --version
echo "gate=$gate" >>"$GITHUB_OUTPUT"
