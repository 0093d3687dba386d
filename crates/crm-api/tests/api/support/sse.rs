use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use std::time::Duration;
use tokio::time::timeout;

/// Longer than anything takes that is expected to happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// An open event stream, read as a browser reads it.
pub struct EventStream {
    chunks: BoxStream<'static, reqwest::Result<actix_web::web::Bytes>>,
    text: String,
}

/// One block of the stream. A comment or an id alone has no name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    pub id: Option<i64>,
    pub name: String,
    pub data: String,
}

impl EventStream {
    pub async fn open(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { chunks: response.bytes_stream().boxed(), text: String::new() }
    }

    /// The next block; `None` when the server ended the stream.
    pub async fn block(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let event = parse(block);
                self.text = rest.to_owned();
                return Some(event);
            }
            let chunk = timeout(PATIENCE, self.chunks.next()).await.expect("the stream says something in time")?;
            self.text.push_str(std::str::from_utf8(&chunk.ok()?).unwrap());
        }
    }

    /// The next block that is an event.
    pub async fn event(&mut self) -> Option<Event> {
        loop {
            let event = self.block().await?;
            if !event.name.is_empty() {
                return Some(event);
            }
        }
    }
}

fn parse(block: &str) -> Event {
    let mut event = Event::default();
    for line in block.lines() {
        match line.split_once(": ") {
            Some(("id", id)) => event.id = id.parse().ok(),
            Some(("event", name)) => event.name = name.to_owned(),
            Some(("data", data)) => event.data = data.to_owned(),
            _ => {}
        }
    }
    event
}
