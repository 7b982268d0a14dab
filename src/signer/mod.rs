//! Signing: the one thing that runs `ssh-keygen`.
