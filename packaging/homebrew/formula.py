"""Writes the Homebrew formula from the checksums of a release: formula.py VERSION SHA256SUMS > backend-engineer.rb"""

import sys
from pathlib import Path

TARGETS = {
    ("on_macos", "on_arm"): "aarch64-apple-darwin",
    ("on_linux", "on_arm"): "aarch64-unknown-linux-musl",
    ("on_linux", "on_intel"): "x86_64-unknown-linux-musl",
}
ADDRESS = "https://github.com/backend-engineer/backend-engineer/releases/download"


def main(version: str, sums: Path) -> None:
    lines = (line.split() for line in sums.read_text().splitlines())
    known = {name.lstrip("*"): digest for digest, name in lines}
    blocks = []
    for (system, processor), target in TARGETS.items():
        archive = f"backend-engineer-{version}-{target}.tar.gz"
        blocks.append(
            f"  {system} do\n    {processor} do\n"
            f'      url "{ADDRESS}/v{version}/{archive}"\n      sha256 "{known[archive]}"\n    end\n  end\n'
        )
    print(
        "class BackendEngineer < Formula\n"
        '  desc "Implements one phase of an approved plan in a backend and proves it"\n'
        '  homepage "https://github.com/backend-engineer/backend-engineer"\n'
        f'  version "{version}"\n'
        '  license any_of: ["MIT", "Apache-2.0"]\n\n' + "\n".join(blocks) + "\n"
        "  def install\n"
        '    bin.install "backend-engineer"\n'
        '    bin.install_symlink "backend-engineer" => "be"\n'
        '    generate_completions_from_executable(bin/"backend-engineer", "completions")\n'
        "  end\n\n"
        "  test do\n"
        '    assert_match version.to_s, shell_output("#{bin}/backend-engineer --version")\n'
        "  end\n"
        "end"
    )


main(sys.argv[1], Path(sys.argv[2]))
