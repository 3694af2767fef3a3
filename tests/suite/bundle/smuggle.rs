//! Secrets that try to get through, each in every form that somebody has seen one in.
//!
//! Each has a mark in it that nothing else has; what comes out is searched for the marks, unwrapped too.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What stands in every secret.
const MARKS: [&str; 2] = ["Qx7canary", "Qx7Y2FuYXJ5"];

pub(super) const KEY: &str = "pa_test_Qx7canaryKey0123456789";
pub(super) const SECRET: &str = "whsec_Qx7Y2FuYXJ5+c2VjcmV0/aXMgdGhpcw==";
pub(super) const OLD_SECRET: &str = "whsec_Qx7Y2FuYXJ5OldOldOldOldOld012345";
const PASSWORD: &str = "Qx7canary/p@ss+w0rd=&\"%é";

/// What else is in the environment.
pub(super) const ENVIRONMENT: [(&str, &str); 4] = [
    ("DB_PASSWORD", PASSWORD),
    ("DATABASE_URL", "postgres://app:Qx7canaryDb1@db.internal:5432/app"),
    ("SLACK_SIGNING_SECRET", "Qx7canary8f742231b10e8888abcd99yyyzzz85a5"),
    ("SERVICE_TOKEN", "Qx7canary-service-token"),
];

/// The marks that are left in a text, or in what is wrapped in it.
pub(super) fn found(text: &str) -> Vec<String> {
    let mut views = vec![text.to_owned()];
    let plain = percent_decode_str(text).decode_utf8_lossy().into_owned();
    for view in [text, &plain] {
        for word in view.split(|c: char| !(c.is_ascii_alphanumeric() || "+/_-".contains(c))) {
            for start in 0..4.min(word.len()) {
                let part = &word.as_bytes()[start..];
                let part = &part[..part.len() / 4 * 4];
                let decoded = STANDARD.decode(part).or_else(|_| URL_SAFE_NO_PAD.decode(part));
                views.extend(decoded.ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
    }
    views.push(plain);
    let hex = |mark: &str| mark.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let marks = MARKS.iter().flat_map(|mark| [(*mark).to_owned(), hex(mark), hex(mark).to_uppercase()]);
    let is_left = |mark: &String| views.iter().any(|view| view.contains(mark.as_str()));
    marks.filter(is_left).collect()
}

/// What is in the environment, in every form.
fn forms() -> String {
    let mut text = String::new();
    let values = [KEY, SECRET, OLD_SECRET].into_iter().chain(ENVIRONMENT.iter().map(|(_, value)| *value));
    for secret in values {
        let url = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
        let twice = utf8_percent_encode(&url, NON_ALPHANUMERIC).to_string();
        let json = serde_json::to_string(secret).expect("JSON");
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        let escaped: String = secret
            .chars()
            .map(|c| if c.is_alphanumeric() { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) })
            .collect();
        let html: String = secret
            .chars()
            .map(|c| if c.is_alphanumeric() { c.to_string() } else { format!("&#x{:X};", u32::from(c)) })
            .collect();
        for form in
            [secret, &url, &twice, &json, &hex, &hex.to_uppercase(), &escaped, &html, &secret.replace('/', "\\/")]
        {
            for (before, after) in
                [("", ""), ("at the end ", ""), ("", " at the start"), ("x=", "&y"), ("(", ")"), ("<", ">"), ("é", "é")]
            {
                text.push_str(&format!("{before}{form}{after}\n"));
            }
        }
        for before in ["", "a", "ab", "user:", "a longer user:"] {
            for after in ["", ":", " and more"] {
                let whole = format!("{before}{secret}{after}");
                text.push_str(&format!("{} {}\n", STANDARD.encode(&whole), URL_SAFE_NO_PAD.encode(&whole)));
                text.push_str(&format!("x%3D{}\n", utf8_percent_encode(&STANDARD.encode(&whole), NON_ALPHANUMERIC)));
            }
        }
    }
    // Without the prefix, and as the bytes that sign.
    text.push_str("Qx7canaryKey0123456789 Qx7Y2FuYXJ5+c2VjcmV0/aXMgdGhpcw== Qx7Y2FuYXJ5-c2VjcmV0_aXMgdGhpcw\n");
    text
}

/// Files, by their names.
pub(super) fn files() -> Vec<(String, String)> {
    let lines = r#"
GET /api/v1/me?api_key=Qx7canary1&token=Qx7canary2&x=1
a key of production pa_live_Qx7canary3456789, and whsec_Qx7Y2FuYXJ5BBBBBBBBBB of another webhook
> Authorization: Bearer Qx7canary4
> authorization: Basic UXg3Y2FuYXJ5OmFiYw==
> Authorization: Digest username="Qx7canary5", response="Qx7canary6"
> Cookie: session=Qx7canary7; other="Qx7canary8"
< Set-Cookie: id=Qx7canary9; Path=/; HttpOnly
> X-Api-Key: Qx7canary10
> Proxy-Authorization: Basic Qx7canary11
curl -H "Authorization: Bearer Qx7canary12" -H 'Cookie: a=Qx7canary13' -u bob:Qx7canary14 https://x.example
curl --user "bob:Qx7canary15" --cookie-jar x; tool --password Qx7canary16 --api-token 'Qx7canary17' --secret=Qx7canary18
{'Authorization': 'Bearer Qx7canary19', "x-auth-token": "Qx7canary20"}
headers=[("authorization", "Bearer Qx7canary21"), ("cookie", "a=Qx7canary22")]
HeaderMap {"authorization": "Qx7canary23", "cookie": "Qx7canary24"}
level=info authorization="Bearer Qx7canary25" password=Qx7canary26 secret: Qx7canary27 msg=done
db password is set, DB_PASSWORD='Qx7canary28' API_TOKEN="Qx7canary29"
  client_secret: Qx7canary30
  "access-key" => "Qx7canary31",
INFO body={"secret":"Qx7canary32","nested":"{\"password\":\"Qx7canary33\"}"} done
postgres://app:Qx7canary34@db/x mysql://u:p@ss@Qx7canary35@db/x amqp://u:Qx7canary36/slash@mq/x https://Qx7canary37@x.example
xoxb-1234-Qx7canary38 xapp-1-Qx7canary39 https://hooks.slack.com/services/T0/B0/Qx7canary40 https://hooks.zapier.com/hooks/standard/1/Qx7canary41/
ghp_Qx7canary42aaaaaaaaaaaaaaaaaaaaaaaaa github_pat_Qx7canary43aaaaaaaaaaa sk_live_Qx7canary44 npm_Qx7canary45aaaaaaaaaaaa
eyJhbGciOiJIUzI1NiJ9.eyJQx7canary46Iiwic3ViIjoiMSJ9.Qx7canary47
mail to qx7@Qx7canary48.example or Qx7canary49@example.com or Qx7canary50%40example.com
https://x.example/?next=https%3A%2F%2Fu%3AQx7canary51%40y.example%2F&authorization=Bearer%20Qx7canary52
-----BEGIN RSA PRIVATE KEY-----
Qx7canary53
Qx7canary54
-----END RSA PRIVATE KEY-----
key="-----BEGIN PRIVATE KEY-----\nQx7canary55\n-----END PRIVATE KEY-----\n"
"#;
    let json = r#"{
  "secret": "Qx7canary60", "password": 1, "credentials": {"user": "Qx7canary61", "list": ["Qx7canary62", {"x": "Qx7canary63"}]},
  "headers": [["Authorization", "Qx7canary64"], {"name": "Cookie", "value": "Qx7canary65"}],
  "body": "{\"token\": \"Qx7canary66\", \"inner\": \"{\\\"api_key\\\": \\\"Qx7canary67\\\"}\"}",
  "escaped": "pa\u005ftest\u005fQx7canary68", "note": "Cookie: a=Qx7canary69",
  "body_base64": "eyJwYXNzd29yZCI6ICJReDdjYW5hcnk3MCJ9",
  "Qx7canary71@example.com": true, "apiKey": "Qx7canary72", "privateKey": "Qx7canary73", "accessToken": "Qx7canary74"
}"#;
    let json_lines = [
        r#"{"at":"2026-03-04T05:06:07Z","authorization":"Qx7canary80","status":200}"#,
        r#"{"line":"> Authorization: Qx7canary81","cookie":"Qx7canary82"}"#,
        r#"["set-cookie","Qx7canary83"]"#,
        r#"{"broken":"password: Qx7canary84","secret":"Qx7canary85"#,
        r#"{"log":"{\"Authorization\":\"Basic UXg3Y2FuYXJ5OmFiYw==\"}\n"}"#,
    ];
    let unfinished = "-----BEGIN OPENSSH PRIVATE KEY-----\nQx7canary90\nQx7canary91\n";
    vec![
        ("app.log".to_owned(), lines.to_owned()),
        ("deliveries.jsonl".to_owned(), json_lines.join("\n")),
        ("report.json".to_owned(), json.to_owned()),
        ("report.html".to_owned(), format!("<td>Authorization: Bearer Qx7canary92</td><code>{KEY}</code>")),
        ("windows.log".to_owned(), lines.replace('\n', "\r\n")),
        ("environment.log".to_owned(), forms()),
        ("dump Qx7canary93@example.com.txt".to_owned(), unfinished.to_owned()),
    ]
}
