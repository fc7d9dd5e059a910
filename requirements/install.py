"""Make `.venv` agree with a lock: `python3 requirements/install.py run|dev`. Needs nothing but Python; run by `make`.

Does nothing when the environment already agrees, so it may run before every command.
"""

import hashlib
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "opora.lock"
PYTHON = VENV / "bin" / "python"

SCRIPT = """#!{python}
import sys
from opora.config.command import main
sys.exit(main())
"""


def main(kind: str) -> None:
    if sys.version_info < (3, 11):  # noqa: UP036  (who runs it may be older)
        found = sys.version.split()[0]
        sys.exit(f"Opora needs Python 3.11 or later; this is {found}. Name another: make PYTHON=python3.12 ...")
    if not works():
        make_environment()
    elif STAMP.exists() and STAMP.read_text() in {stamp(kind), stamp("dev")}:
        return
    install(kind)
    enter_project()
    STAMP.write_text(stamp(kind))


def stamp(kind: str) -> str:
    """What an environment of this kind is made of: the lock, the Python, this program."""
    digest = hashlib.sha256(Path(__file__).read_bytes() + sys.version.encode())
    digest.update((ROOT / "requirements" / f"{kind}.lock").read_bytes())
    return f"{kind} {digest.hexdigest()}\n"


def works() -> bool:
    """Whether the environment's Python still runs: it does not after the folder has moved or Python was upgraded."""
    if not PYTHON.exists():
        return False
    answer = subprocess.run([PYTHON, "-c", "import pip, sys; print(sys.prefix)"], capture_output=True, text=True)
    return answer.returncode == 0 and answer.stdout.strip() == str(VENV)


def make_environment() -> None:
    print("Virtual environment .venv", flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True)
    if made.returncode:
        advice = "The virtual environment cannot be made. On Debian: apt-get install python3-venv"
        sys.exit(f"{made.stdout}{made.stderr}\n{advice}")


def install(kind: str) -> None:
    """Install exactly the locked files, with progress; pip's own words are shown only when it fails."""
    lock = ROOT / "requirements" / f"{kind}.lock"
    total = sum(not line.startswith((" ", "#")) and "==" in line for line in lock.read_text().splitlines())
    arguments = ["install", "--require-hashes", "--no-deps", "--disable-pip-version-check", "-r", str(lock)]
    started, seen, said = time.monotonic(), 0, []
    with subprocess.Popen(
        [PYTHON, "-m", "pip", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        for line in pip.stdout or ():
            said.append(line)
            if line.startswith(("Collecting ", "Requirement already satisfied")):
                seen += 1
                report(f"Packages: {min(seen, total)} of {total}", last=False)
            elif line.startswith("Installing collected packages"):
                report("Packages: unpacking", last=False)
    if pip.returncode:
        sys.exit("\n" + "".join(said[-30:]) + "\nPackages were not installed: see above. Run the same command again.")
    report(f"Packages: {total} in {time.monotonic() - started:.0f} s", last=True)


def report(text: str, *, last: bool) -> None:
    """Rewrite one line on a terminal; elsewhere print only the end."""
    if sys.stdout.isatty():
        print(f"\r\033[K{text}", end="\n" if last else "", flush=True)
    elif last:
        print(text, flush=True)


def enter_project() -> None:
    """Let the environment import the project from where it stands, and give it the `opora` command."""
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(subprocess.run([PYTHON, "-c", asked], capture_output=True, text=True, check=True).stdout.strip())
    (packages / "opora.pth").write_text(f"{ROOT}\n")
    command = VENV / "bin" / "opora"
    command.write_text(SCRIPT.format(python=PYTHON))
    command.chmod(0o755)


if __name__ == "__main__":
    main(sys.argv[1])
