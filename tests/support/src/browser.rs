//! A headless Chromium, spoken to in the DevTools protocol over two pipes.
//! <https://chromedevtools.github.io/devtools-protocol/>

use crate::PATIENCE;
use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use tempfile::TempDir;

/// Chromium reads requests from descriptor 3 and writes to 4, each with a zero byte behind it.
const START: &str = r#"exec chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync \
    --disable-dev-shm-usage --hide-scrollbars \
    --user-data-dir="$0" --remote-debugging-pipe 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null"#;

pub struct Browser {
    chromium: Child,
    requests: ChildStdin,
    messages: Receiver<Value>,
    /// The one tab.
    session: Value,
    last_id: u64,
    /// What the page has complained about since it was opened.
    errors: Vec<String>,
    _profile: TempDir,
}

impl Browser {
    pub fn start() -> Browser {
        let profile = tempfile::tempdir().expect("there is room for it");
        let mut command = Command::new("sh");
        command.arg("-c").arg(START).arg(profile.path());
        let mut chromium = command
            .env("HOME", profile.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        let requests = chromium.stdin.take().expect("it is piped");
        let mut pipe = BufReader::new(chromium.stdout.take().expect("it is piped"));
        let (sender, messages) = channel();
        thread::spawn(move || {
            let mut message = Vec::new();
            while pipe.read_until(0, &mut message).is_ok_and(|length| length > 0) {
                message.pop();
                let _ = sender.send(serde_json::from_slice(&message).expect("Chromium sends JSON"));
                message.clear();
            }
        });
        let mut browser = Browser {
            chromium,
            requests,
            messages,
            session: Value::Null,
            last_id: 0,
            errors: Vec::new(),
            _profile: profile,
        };
        browser.open_tab();
        browser
    }

    fn open_tab(&mut self) {
        let target = self.call("Target.createTarget", json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        self.session = self.call("Target.attachToTarget", attach)["sessionId"].clone();
        for domain in ["Page", "Runtime", "Log"] {
            self.call(&format!("{domain}.enable"), json!({}));
        }
    }

    /// The width and height of the window, in CSS pixels.
    pub fn resize(&mut self, width: u32, height: u32) {
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", metrics);
    }

    /// Opens a page, and returns the errors of its console and of what it asked for.
    pub fn open(&mut self, page: &Path) -> Vec<String> {
        self.errors.clear();
        self.send("Page.navigate", json!({"url": format!("file://{}", page.display())}));
        while self.next_message()["method"] != "Page.loadEventFired" {}
        std::mem::take(&mut self.errors)
    }

    /// The value of an expression of JavaScript; a promise is waited for.
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let request =
            json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let result = self.call("Runtime.evaluate", request);
        assert_eq!(result["exceptionDetails"], Value::Null, "{expression}");
        result["result"]["value"].clone()
    }

    /// Shows pages as a user wants them who prefers `light` or `dark`.
    pub fn prefer(&mut self, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.call("Emulation.setEmulatedMedia", json!({"features": features}));
    }

    /// The page as its printer gets it who has chosen nothing: a PDF with the margins of the page, and
    /// without backgrounds, but for those that the page asks for.
    pub fn print(&mut self) -> Vec<u8> {
        // In inches: A4.
        let paper = json!({"paperWidth": 8.27, "paperHeight": 11.69, "preferCSSPageSize": true});
        let document = self.call("Page.printToPDF", paper);
        decode(&document["data"])
    }

    /// A picture of the whole page as PNG.
    pub fn screenshot(&mut self) -> Vec<u8> {
        let size = self.call("Page.getLayoutMetrics", json!({}))["cssContentSize"].clone();
        let clip = json!({
            "x": 0, "y": 0, "scale": 1, "width": size["width"], "height": size["height"],
        });
        let whole = json!({"format": "png", "clip": clip, "captureBeyondViewport": true});
        let picture = self.call("Page.captureScreenshot", whole);
        decode(&picture["data"])
    }

    fn call(&mut self, method: &str, parameters: Value) -> Value {
        let id = self.send(method, parameters);
        loop {
            let message = self.next_message();
            if message["id"] == id {
                assert_eq!(message["error"], Value::Null, "{method}");
                return message["result"].clone();
            }
        }
    }

    fn send(&mut self, method: &str, parameters: Value) -> u64 {
        self.last_id += 1;
        let mut message = json!({"id": self.last_id, "method": method, "params": parameters});
        if !self.session.is_null() {
            message["sessionId"] = self.session.clone();
        }
        self.requests.write_all(format!("{message}\0").as_bytes()).expect("Chromium runs");
        self.last_id
    }

    fn next_message(&mut self) -> Value {
        let message = self.messages.recv_timeout(PATIENCE).expect("Chromium answers");
        let parameters = &message["params"];
        match message["method"].as_str() {
            Some("Runtime.exceptionThrown") => self.errors.push(parameters.to_string()),
            Some("Runtime.consoleAPICalled") if parameters["type"] == "error" => {
                self.errors.push(parameters["args"].to_string());
            }
            Some("Log.entryAdded") if parameters["entry"]["level"] == "error" => {
                self.errors.push(parameters["entry"].to_string());
            }
            _ => {}
        }
        message
    }
}

fn decode(data: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(data.as_str().expect("it is text")).expect("it is base64")
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It ends its helpers before itself; killed, it would leave them to end on their own.
        let close = json!({"id": self.last_id + 1, "method": "Browser.close"});
        let _ = self.requests.write_all(format!("{close}\0").as_bytes());
        let _ = self.chromium.wait();
    }
}
