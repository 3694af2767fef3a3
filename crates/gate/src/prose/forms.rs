//! The forms of names, as expressions. What each stands for is said where a [`Shape`](super::shape::Shape) is made of it.

use std::sync::LazyLock;

use regex::Regex;

macro_rules! patterns {
    ($($name:ident = $pattern:literal;)*) => {
        $(
            #[allow(clippy::expect_used, reason = "the expression is a constant that every test compiles")]
            pub(super) static $name: LazyLock<Regex> = LazyLock::new(|| Regex::new($pattern).expect("a valid expression"));
        )*
    };
}

patterns! {
    MEMBER = r#"^\{?\s*"([A-Za-z_][\w-]*)"\s*:\s*(.*?)\s*[,}]?$"#;
    PAIR = r"^([a-z]+(?:_[a-z0-9]+)*): (\S+)$";
    HEADER_LINE = r"^([A-Z][A-Za-z0-9]*(?:-[A-Z][A-Za-z0-9]*)*|[a-z]+(?:-[a-z0-9]+)+): \S";
    HEADER = r"^[A-Z][A-Za-z0-9]*(?:-[A-Z][A-Za-z0-9]*)+$";
    KEBAB = r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)+$";
    DOTTED = r"^[A-Za-z_]\w*(?:\[\d*\])?(?:\.[A-Za-z_]\w*(?:\[\d*\])?)+$";
    SNAKE = r"^_?[a-z][a-z0-9]*(?:_[a-z0-9]+)+$";
    ID = r"^([a-z]+(?:_[a-z]+)*_)[A-Za-z0-9+/=]+$";
    VALUE = r"^[a-z_]+:[a-z_]+$";
    QUERY = r"^[?&]?[A-Za-z_][\w\[\]-]*=[^\s&=]*(?:&[A-Za-z_][\w\[\]-]*=[^\s&=]*)*$";
    VARIABLE = r"^(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|\$\{?[A-Za-z_]\w*\}?)$";
    FLAG = r"^--[a-z][a-z0-9-]*(?:=\S*)?$";
    CALL = r"^[&!]?\.?[A-Za-z_][\w.:]*!?(?:<[^>]*>)?\(.*\)[?;]?(?:\.\w+.*)?$";
    CODE = r"^[&!]?[A-Za-z_]\w*(?:::[A-Za-z_<]|<[A-Z(])|::[A-Z_a-z]\w*";
    NAME = r"^(?:[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*|[a-z][a-z0-9]*(?:[A-Z][a-z0-9]*)+)$";
    WORD = r"^[a-z]{4,}$";
    PREFIX = r"^([A-Za-z$][\w.-]*?[_.-])(?:…|\*|\.\.\.)?$";
    FILE = r"^[\w.{<@…*][\w.+@{}<>*…-]*(?:/[\w.+@{}<>*…-]*)+(?::\d+|#\S*)?$";
}
