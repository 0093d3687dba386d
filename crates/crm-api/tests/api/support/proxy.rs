use super::database::TestDatabase;
use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use std::net::SocketAddr;
use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;

/// A way to the database that can be cut and mended, so that a test can take the database away.
pub struct Proxy {
    address: SocketAddr,
    open: watch::Sender<bool>,
}

trait Pipe: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Pipe for T {}

impl Proxy {
    pub async fn start(target: PgConnectOptions) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let open = watch::Sender::new(true);
        let cut = open.subscribe();
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (target, mut cut) = (target.clone(), cut.clone());
                if !*cut.borrow() {
                    continue;
                }
                tokio::spawn(async move {
                    let mut far = connect(&target).await;
                    tokio::select! {
                        _ = copy_bidirectional(&mut near, &mut far) => {}
                        _ = cut.wait_for(|open| !open) => {}
                    }
                });
            }
        });
        Self { address, open }
    }

    /// Ends all connections and takes no new ones.
    pub fn cut(&self) {
        self.open.send_replace(false);
    }

    pub fn mend(&self) {
        self.open.send_replace(true);
    }

    pub fn url(&self, database: &TestDatabase) -> String {
        let options = database.options();
        let direct = PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(self.address.port())
            .username(options.get_username())
            .database(options.get_database().unwrap());
        direct.to_url_lossy().to_string()
    }
}

async fn connect(target: &PgConnectOptions) -> Box<dyn Pipe> {
    match target.get_socket() {
        Some(dir) => {
            let socket = dir.join(format!(".s.PGSQL.{}", target.get_port()));
            Box::new(UnixStream::connect(socket).await.unwrap())
        }
        None => Box::new(TcpStream::connect((target.get_host(), target.get_port())).await.unwrap()),
    }
}
