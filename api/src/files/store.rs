//! Where files are kept: in a folder, or in a bucket that speaks S3. A key is ours, never a caller's name.

use std::{
    io,
    ops::Range,
    path::{Path as Folder, PathBuf},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use futures::{StreamExt, stream::BoxStream};
use object_store::{
    BackoffConfig, ClientOptions, GetOptions, GetRange, ObjectStore, ObjectStoreExt, RetryConfig,
    aws::{AmazonS3Builder, AmazonS3ConfigKey},
    buffered::BufWriter,
    local::LocalFileSystem,
    path::Path,
    prefix::PrefixStore,
};
use tokio::io::AsyncWriteExt;

use crate::error::{Code, Error};

/// Up to here a file is put in one piece; a larger one in parts of this size.
const PART: usize = 8 << 20;

/// A store of files. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    shown: String,
}

impl Store {
    /// The store at this address, or that in the folder of data: see [`crate::config::Config::materials_url`].
    /// It is not looked at yet; a folder is made by the first file.
    ///
    /// # Errors
    /// One line that says what is wrong.
    pub fn open(address: Option<&str>, data: &Folder) -> Result<Self, String> {
        match address.map(|address| address.split_once("://").unwrap_or(("", address))) {
            None => Self::folder(&data.join("materials")),
            Some(("file", folder)) => Self::folder(Folder::new(folder)),
            Some(("s3", place)) => Self::bucket(place),
            Some(_) => Err("materials are kept at file:///folder or s3://bucket/prefix".into()),
        }
    }

    fn folder(folder: &Folder) -> Result<Self, String> {
        let shown = format!("the folder {}", folder.display());
        let unusable = |error: &dyn std::fmt::Display| format!("cannot keep materials in {shown}: {error}");
        let folder = resolved(folder).map_err(|error| unusable(&error))?;
        let folder = Path::from_absolute_path(folder).map_err(|error| unusable(&error))?;
        // What is answered as kept has reached the disk.
        let disk = LocalFileSystem::new().with_fsync(true);
        Ok(Self { objects: Arc::new(PrefixStore::new(disk, folder)), shown })
    }

    /// Keys and endpoint come from the environment that all programs for S3 read (`AWS_…`).
    fn bucket(place: &str) -> Result<Self, String> {
        use_ring();
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        let shown = format!("s3://{place}");
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(bucket)
            .with_client_options(
                ClientOptions::new()
                    .with_connect_timeout(Duration::from_secs(5))
                    .with_timeout(Duration::from_secs(60)),
            )
            // Somebody waits for the answer.
            .with_retry(RetryConfig {
                backoff: BackoffConfig::default(),
                max_retries: 3,
                retry_timeout: Duration::from_secs(20),
            });
        let endpoint = builder.get_config_value(&AmazonS3ConfigKey::Endpoint);
        if endpoint.is_some_and(|endpoint| endpoint.starts_with("http://")) {
            builder = builder.with_allow_http(true);
        }
        let objects =
            builder.build().map_err(|error| format!("cannot keep materials in {shown}: {error}"))?;
        let objects: Arc<dyn ObjectStore> = match prefix.trim_matches('/') {
            "" => Arc::new(objects),
            prefix => Arc::new(PrefixStore::new(objects, prefix)),
        };
        Ok(Self { objects, shown })
    }

    /// Whether files can be kept: puts a small one, reads it and takes it away.
    ///
    /// # Errors
    /// One line that says what is wrong.
    pub async fn check(&self) -> Result<(), String> {
        let key = Path::from(format!("check-{}", uuid::Uuid::now_v7().simple()));
        let tried = async {
            self.objects.put(&key, Bytes::from_static(b"check").into()).await?;
            self.objects.get(&key).await?.bytes().await?;
            self.objects.delete(&key).await
        };
        let one_line =
            |error: &object_store::Error| error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        tried.await.map_err(|error| format!("cannot keep materials in {}: {}", self.shown, one_line(&error)))
    }

    /// Keeps a file, from where it is being read on. It is there as a whole or not at all.
    ///
    /// # Errors
    /// `UNAVAILABLE`.
    pub async fn put(&self, key: &str, mut file: tokio::fs::File) -> Result<(), Error> {
        let mut writer = BufWriter::with_capacity(Arc::clone(&self.objects), Path::from(key), PART);
        if let Err(error) = tokio::io::copy(&mut file, &mut writer).await {
            if let Err(error) = writer.abort().await {
                tracing::warn!(%error, key, "giving up a file that was begun");
            }
            return Err(self.unavailable(&error));
        }
        writer.shutdown().await.map_err(|error| self.unavailable(&error))
    }

    /// A part of a file, piece by piece.
    ///
    /// # Errors
    /// `UNAVAILABLE`; a fault of ours where there is no such file.
    pub async fn read(
        &self,
        key: &str,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, io::Result<Bytes>>, Error> {
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        match self.objects.get_opts(&Path::from(key), options).await {
            Ok(found) => Ok(found.into_stream().map(|piece| piece.map_err(io::Error::from)).boxed()),
            Err(error @ object_store::Error::NotFound { .. }) => Err(Error::internal(error)),
            Err(error) => Err(self.unavailable(&error)),
        }
    }

    /// Takes a file away, if it is there.
    ///
    /// # Errors
    /// `UNAVAILABLE`.
    pub async fn remove(&self, key: &str) -> Result<(), Error> {
        match self.objects.delete(&Path::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.unavailable(&error)),
        }
    }

    fn unavailable(&self, error: &dyn std::error::Error) -> Error {
        tracing::error!(%error, store = self.shown, "the store of files");
        Error::Refused(Code::Unavailable, "The store of files is not available at the moment.".into())
    }
}

/// The folder from the root on, whether it is there already or only what it lies in.
fn resolved(folder: &Folder) -> io::Result<PathBuf> {
    let folder = std::path::absolute(folder)?;
    for part in folder.ancestors() {
        if let (Ok(real), Ok(rest)) = (part.canonicalize(), folder.strip_prefix(part)) {
            return Ok(real.join(rest));
        }
    }
    Ok(folder)
}

/// Encrypted connections of this process by `ring`, which the database's use already.
pub fn use_ring() {
    // Refused where one is chosen already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        io::{Seek, Write},
    };

    use futures::TryStreamExt;

    use super::*;

    async fn kept(store: &Store, key: &str, content: &[u8]) {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        file.rewind().unwrap();
        store.put(key, tokio::fs::File::from_std(file)).await.unwrap();
    }

    async fn read(store: &Store, key: &str, range: Range<u64>) -> Vec<u8> {
        store.read(key, range).await.unwrap().try_collect::<Vec<_>>().await.unwrap().concat()
    }

    #[tokio::test]
    async fn what_is_put_is_read_again_in_parts_and_gone_when_removed() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(None, folder.path()).unwrap();
        store.check().await.unwrap();
        // Larger than a part.
        let large: Vec<u8> = (0..PART + 1_000).map(|n| n.to_le_bytes()[1]).collect();
        kept(&store, "ab/large", &large).await;
        assert_eq!(read(&store, "ab/large", 0..large.len() as u64).await, large);
        assert_eq!(read(&store, "ab/large", 255..258).await, [0, 1, 1]);
        store.remove("ab/large").await.unwrap();
        store.remove("ab/large").await.unwrap();
        assert_eq!(store.read("ab/large", 0..1).await.err().unwrap().code(), Code::Internal);
        let roundabout = folder.path().join("materials/../../").join(folder.path().file_name().unwrap());
        let again = Store::open(None, &roundabout.join("Новая папка")).unwrap();
        again.check().await.unwrap();
        assert!(folder.path().join("Новая папка/materials").is_dir());
        let left = fs::read_dir(folder.path().join("materials")).unwrap();
        assert_eq!(left.count(), 1, "the folder ab alone");
    }

    #[tokio::test]
    async fn an_address_that_cannot_be_is_told() {
        for address in ["materials", "ftp://host/materials", "http://bucket"] {
            assert!(Store::open(Some(address), Folder::new(".")).unwrap_err().contains("s3://"), "{address}");
        }
        let file = tempfile::NamedTempFile::new().unwrap();
        let address = format!("file://{}/materials", file.path().display());
        let store = Store::open(Some(&address), Folder::new(".")).unwrap();
        let complaint = store.check().await.unwrap_err();
        assert!(complaint.starts_with("cannot keep materials in the folder"), "{complaint}");
    }
}
