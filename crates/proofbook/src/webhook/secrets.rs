//! What is verified and signed with. It can't be printed.

use std::convert::Infallible;

use proofbook_webhook::signature::Key;
use secrecy::{ExposeSecret, SecretString};

use crate::exit;
use crate::failure::Failure;

/// The option for the secret.
#[derive(Debug, clap::Args)]
pub(crate) struct Secrets {
    /// The webhook's secret, whsec_ and base64; two with a space between while one is rotated
    #[arg(long = "secret", env = "POLICY_AGGREGATOR_WEBHOOK_SECRET", hide_env_values = true, value_name = "SECRET")]
    #[arg(value_parser = secret)]
    text: Option<SecretString>,
}

/// A secret as clap takes it.
pub(crate) fn secret(text: &str) -> Result<SecretString, Infallible> {
    Ok(SecretString::from(text))
}

impl Secrets {
    /// Each of the secrets.
    pub(crate) fn all(&self) -> Vec<&str> {
        self.text.iter().flat_map(|text| text.expose_secret().split_whitespace()).collect()
    }

    /// The keys to sign with.
    pub(crate) fn keys(&self) -> Result<Vec<Key>, Failure> {
        let all = self.all();
        let fix = "export POLICY_AGGREGATOR_WEBHOOK_SECRET=whsec_…, from the answer that created the webhook, or say --secret";
        if all.is_empty() {
            return Err(Failure::new(exit::USAGE, "there is no secret to sign with").fix(fix));
        }
        let keys = all.into_iter().map(Key::of_secret).collect::<Result<_, _>>();
        keys.map_err(|why| Failure::new(exit::USAGE, format!("the secret can't be used: {why}")).fix(fix))
    }
}
