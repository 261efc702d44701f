//! The program itself: exit codes, sentences, memory.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests are tests"
)]

mod maker;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use maker::{Maker, NOW, STORE, entry_hash, frame, head, header, item};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_gatehouse-verify");

fn run(arguments: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = Command::new(PROGRAM).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

fn written(directory: &TempDir, bytes: &[u8]) -> String {
    let path = directory.path().join("export");
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn exit_codes() {
    let directory = tempfile::tempdir().unwrap();
    let maker = Maker::with(4);
    let export = written(&directory, &maker.export());

    let (code, out, err) = run(&[&export, "--head", &maker.line(), "--parts"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("Whole: a head that was given covers the last entry."), "{out}");

    let (code, out, err) = run(&[&export]);
    assert_eq!((code, err.as_str()), (3, ""));
    assert!(out.contains("The end is not proven"), "{out}");

    let mut cut = maker.clone();
    cut.entries.truncate(3);
    let export = written(&directory, &cut.export());
    let (code, out, err) = run(&["--head", &maker.line(), &export]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert_eq!(
        err,
        "Refused. The given head covers entry 4, but the chain ends with entry 2: its end was cut \
         off, or the store was put back.\nUp to entry 2 the chain is signed and consistent.\n"
    );
}

#[test]
fn what_is_not_readable() {
    let directory = tempfile::tempdir().unwrap();
    let maker = Maker::with(1);
    let export = written(&directory, &maker.export());
    let (line, folder) = (maker.line(), directory.path().to_str().unwrap().to_owned());
    let lines = [&line[..240], &format!("{line}=")[..], &line.replacen('-', "_", 1), ""];
    for line in lines {
        let (code, _, err) = run(&[&export, "--head", line]);
        assert_eq!(code, 2, "{line}");
        assert!(err.contains("is no head"), "{err}");
    }
    let absent = format!("{folder}/absent");
    for arguments in [
        vec![],
        vec![absent.as_str()],
        vec![&folder],
        vec![&export, &export],
        vec![&export, "--other"],
        vec![&export, "--head"],
    ] {
        let (code, out, err) = run(&arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(!err.is_empty(), "{arguments:?}");
    }
    let (code, _, err) = run(&[&written(&directory, b"GHX2")]);
    assert_eq!((code, err.lines().count()), (2, 1), "{err}");
    assert_eq!(run(&["--help"]).0, 0);
}

#[test]
fn a_hundred_megabytes_in_little_memory() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("export");
    let (line, size) = write_long(&path, 100_000_000);
    assert!(size >= 100_000_000);

    // 24 MB of address space: program, its libraries, its stack, one item.
    let script = "ulimit -v 24000; exec \"$0\" \"$1\" --parts --head \"$2\"";
    let output = Command::new("bash")
        .args(["-c", script, PROGRAM, path.to_str().unwrap(), &line])
        .output()
        .unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{err}");

    // The limit bites: read whole, the file would not have fitted.
    let script = "ulimit -v 24000; exec bash -c 'x=$(cat \"$0\" | tr -d \"\\0\")' \"$0\"";
    let whole = Command::new("bash").args(["-c", script, path.to_str().unwrap()]).output().unwrap();
    assert!(!whole.status.success());
}

/// An export of at least `size` bytes, most of them parts; with a head over its last entry.
fn write_long(path: &Path, size: usize) -> (String, usize) {
    let maker = Maker::new();
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    let mut write = |bytes: &[u8]| {
        file.write_all(bytes).unwrap();
        bytes.len()
    };
    let parts = vec![vec![9; 5_200]; 16];
    let part_items: Vec<u8> = parts.iter().flat_map(|part| item(2, part)).collect();

    let mut written = write(&header(&STORE, 0, &[0; 32]));
    written += write(&item(1, &maker.entries[0].frame));
    let (mut seq, mut hash) = (0, maker.last_hash());
    // Parts repeat: their digests are made once, so that the test spends its time reading.
    let template = frame(0, 0, NOW, &[0; 32], &parts, &[]);
    while written < size {
        seq += 1;
        let mut frame = template.clone();
        frame[8..16].copy_from_slice(&u64::to_be_bytes(seq));
        frame[24..56].copy_from_slice(&hash);
        hash = entry_hash(&STORE, &frame);
        written += write(&item(1, &frame));
        written += write(&part_items);
    }
    let head = head(&maker.key, 0, &STORE, seq, &hash);
    written += write(&item(3, &head));
    written += write(&item(0, &(seq + 1).to_be_bytes()));
    (maker::line(&head), written)
}
