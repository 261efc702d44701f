//! A program of Python's in a namespace, which does what it is told line by line and says a line of each.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// It ends with the test.
pub struct Program {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Program {
    /// In the namespace that the variable names.
    pub fn start(namespace: &str, text: &str) -> Self {
        let name = env::var(namespace).unwrap();
        Self::started_by(&["ip", "netns", "exec", &name], text)
    }

    pub fn started_by(words: &[&str], text: &str) -> Self {
        let mut child = Command::new(words[0])
            .args(&words[1..])
            .args(["python3", "-u", "-c", text])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, input, output: BufReader::new(output) }
    }

    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    pub fn tell(&mut self, what: &str) -> String {
        writeln!(self.input, "{what}").unwrap();
        self.line()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
