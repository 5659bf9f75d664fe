//! A variable of the environment that looks like a setting and is none: most likely a slip, and the setting that was meant
//! would silently keep its default.

use std::ffi::OsString;

use anyhow::{Result, bail};
use clap::{Args as _, Command};
use strsim::damerau_levenshtein;

use super::Settings;

const PREFIX: &str = "HULLO_";
/// Those that are read elsewhere than in [`Settings`].
const OTHERS: [&str; 2] = ["HULLO_CONFIG", "HULLO_MASTER_KEY"];
/// So many letters wrong are a slip. A name farther off belongs to somebody else: an app's backend on the same machine has
/// its `HULLO_APP_KEY`, a test its own.
const SLIP: usize = 2;

/// Refuses a variable that is nearly one of ours, and names that one. Returns those that nothing here reads.
pub(super) fn check(names: impl Iterator<Item = OsString>) -> Result<Vec<String>> {
    let command = Settings::augment_args(Command::new("hullo"));
    let mut known: Vec<String> = OTHERS.map(str::to_owned).to_vec();
    let settings = command.get_arguments().filter_map(|one| one.get_env());
    known.extend(settings.map(|name| name.to_string_lossy().into_owned()));
    let mut strangers = Vec::new();
    for name in names {
        let name = name.to_string_lossy().into_owned();
        if !name.starts_with(PREFIX) || known.contains(&name) {
            continue;
        }
        let nearest = known
            .iter()
            .min_by_key(|one| damerau_levenshtein(one, &name));
        match nearest {
            Some(meant) if is_slip(&name, meant) => {
                bail!("nothing reads the variable {name}; did you mean {meant}?")
            }
            _ => strangers.push(name),
        }
    }
    Ok(strangers)
}

fn is_slip(name: &str, meant: &str) -> bool {
    damerau_levenshtein(name, meant) <= SLIP
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_variable_is_refused_and_the_nearest_one_named() {
        for (name, meant) in [
            ("HULLO_LISTN", "HULLO_LISTEN"),
            ("HULLO_TSL_CERT", "HULLO_TLS_CERT"),
            ("HULLO_LIMITS", "HULLO_LIMIT"),
            ("HULLO_MASTERKEY", "HULLO_MASTER_KEY"),
        ] {
            let refused = check([OsString::from(name)].into_iter()).unwrap_err();
            let refused = refused.to_string();
            assert!(
                refused.ends_with(&format!("did you mean {meant}?")),
                "{refused}"
            );
        }
    }

    #[test]
    fn settings_pass_and_what_others_named_is_told() {
        let names = ["HULLO_LISTEN", "HULLO_CONFIG", "HULLOX", "HULLO_APP_KEY"];
        let strangers = check(names.map(OsString::from).into_iter()).unwrap();
        assert_eq!(strangers, ["HULLO_APP_KEY"]);
    }
}
