//! Runs a program and gives back its exit code and output.
//! Output beyond a bound is cut off, a program beyond its time is killed.

use std::io::{self, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::namespace;

/// The most of each output stream that is kept, in bytes.
const OUTPUT_LIMIT: usize = 2 << 20;

/// Runs `argv` in `netns`; `{"code": 0, "stdout": "…", "stderr": "…"}`, `code` null after a signal.
///
/// # Errors
/// When the program cannot be started or takes longer than `timeout`.
pub fn run(
    argv: Vec<String>,
    netns: Option<&str>,
    stdin: Option<String>,
    timeout: Duration,
) -> io::Result<Value> {
    let child = namespace::within(netns, move || start(&argv))?;
    finish(child, stdin, timeout)
}

fn start(argv: &[String]) -> io::Result<Child> {
    let (program, arguments) = argv
        .split_first()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "argv is empty"))?;
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| io::Error::new(error.kind(), format!("{program}: {error}")))
}

fn finish(mut child: Child, stdin: Option<String>, timeout: Duration) -> io::Result<Value> {
    let deadline = Instant::now() + timeout;
    if let (Some(mut pipe), Some(text)) = (child.stdin.take(), stdin) {
        // A program that does not read its input is not a failure.
        std::thread::spawn(move || pipe.write_all(text.as_bytes()));
    }
    let stdout = collect(child.stdout.take());
    let stderr = collect(child.stderr.take());
    let mut texts = Vec::new();
    for stream in [stdout, stderr] {
        match stream.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(bytes) => texts.push(String::from_utf8_lossy(&bytes).into_owned()),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                child.kill()?;
                child.wait()?;
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    format!("killed after {} s", timeout.as_secs()),
                ));
            }
        }
    }
    // Both streams are closed: what remains is the end of the program itself.
    let status = child.wait()?;
    let stderr = texts.pop().unwrap_or_default();
    let stdout = texts.pop().unwrap_or_default();
    Ok(json!({"code": status.code(), "stdout": stdout, "stderr": stderr}))
}

fn collect(stream: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        if let Some(mut stream) = stream {
            let limit = u64::try_from(OUTPUT_LIMIT).unwrap_or(u64::MAX);
            let _ = stream.by_ref().take(limit).read_to_end(&mut kept);
            // Read on, so that the program can end.
            let _ = io::copy(&mut stream, &mut io::sink());
        }
        let _ = sender.send(kept);
    });
    receiver
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str, stdin: Option<&str>, seconds: u64) -> io::Result<Value> {
        let argv = ["sh", "-c", script].map(str::to_owned).to_vec();
        run(argv, None, stdin.map(str::to_owned), Duration::from_secs(seconds))
    }

    #[test]
    fn code_and_both_streams_come_back() {
        let result = sh("cat; echo bad >&2; exit 3", Some("hello"), 10).unwrap();
        assert_eq!(result, json!({"code": 3, "stdout": "hello", "stderr": "bad\n"}));
    }

    #[test]
    fn too_long_a_run_is_killed() {
        let error = sh("exec sleep 100", None, 1).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn much_output_is_cut_and_the_program_still_ends() {
        let result = sh("head -c 3000000 /dev/zero | tr '\\0' x", None, 10).unwrap();
        assert_eq!(result["stdout"].as_str().unwrap().len(), OUTPUT_LIMIT);
        assert_eq!(result["code"], 0);
    }

    #[test]
    fn a_missing_program_is_named() {
        let error =
            run(vec!["/no/such".to_owned()], None, None, Duration::from_secs(1)).unwrap_err();
        assert!(error.to_string().contains("/no/such"));
    }
}
