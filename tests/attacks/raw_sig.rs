//! Signatures that `ssh-keygen` would not make, for the builds.

use std::fs;
use std::path::Path;

use base64ct::{Base64, Encoding};
use ed25519_dalek::{Signer, SigningKey};
use sha2::{Digest, Sha256, Sha512};

/// Not a test: a build runs this binary to sign a file, as `RAW_SIG` says.
#[test]
#[ignore = "builds run it"]
fn raw_sig_for_a_build() {
    let Ok(asked) = std::env::var("RAW_SIG") else { return };
    let [message, folder, kind, flags, namespace] = asked.split('|').collect::<Vec<_>>()[..] else {
        panic!("RAW_SIG is message|folder|kind|flags|namespace")
    };
    let message = fs::read(message).unwrap();
    let made = Made::new(&message, kind, flags.parse().unwrap(), namespace.as_bytes());
    made.write(Path::new(folder));
}

struct Made {
    algorithm: &'static str,
    public: Vec<u8>,
    blob: Vec<u8>,
}

impl Made {
    fn new(message: &[u8], kind: &str, flags: u8, namespace: &[u8]) -> Self {
        let seed: [u8; 32] = Sha256::digest(format!("gate-test-{kind}")).into();
        let key = SigningKey::from_bytes(&seed);
        let mut point = key.verifying_key().to_bytes().to_vec();
        let reserved: &[u8] = if kind == "reserved" { b"x" } else { b"" };
        let digest = Sha512::digest(message);
        let signed =
            [b"SSHSIG".to_vec(), string(namespace), string(reserved), string(b"sha512"), string(&digest)]
                .concat();
        let (algorithm, end, signature) = match kind {
            "sk" => {
                let application: &[u8] = b"ssh:";
                let tail = [vec![flags], 7_u32.to_be_bytes().to_vec()].concat();
                let input =
                    [Sha256::digest(application).to_vec(), tail.clone(), Sha256::digest(&signed).to_vec()]
                        .concat();
                let signature = key.sign(&input).to_bytes().to_vec();
                ("sk-ssh-ed25519@openssh.com", string(application), (signature, tail))
            }
            "weak" => {
                // The neutral element: with it, this signature verifies any message.
                point = [vec![1], vec![0; 31]].concat();
                ("ssh-ed25519", Vec::new(), ([point.clone(), vec![0; 32]].concat(), Vec::new()))
            }
            _ => ("ssh-ed25519", Vec::new(), (key.sign(&signed).to_bytes().to_vec(), Vec::new())),
        };
        let public = [string(algorithm.as_bytes()), string(&point), end].concat();
        let (signature, tail) = signature;
        let signature = [string(algorithm.as_bytes()), string(&signature), tail].concat();
        let blob = [
            b"SSHSIG".to_vec(),
            1_u32.to_be_bytes().to_vec(),
            string(&public),
            string(namespace),
            string(reserved),
            string(b"sha512"),
            string(&signature),
        ]
        .concat();
        Self { algorithm, public, blob }
    }

    fn write(&self, folder: &Path) {
        let public = format!("{} {}\n", self.algorithm, Base64::encode_string(&self.public));
        fs::write(folder.join("pub"), public).unwrap();
        let armour = format!(
            "-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n",
            Base64::encode_string(&self.blob)
        );
        fs::write(folder.join("sig"), armour).unwrap();
    }
}

fn string(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap();
    [length.to_be_bytes().to_vec(), bytes.to_vec()].concat()
}
