//! Why a policy allows or refuses something, in words: which rules, constraints
//! and booleans decide.
//!
//! An explanation is made from the image anew, so that no process keeps what
//! only an officer's question needs.  It walks the rules as they stand in the
//! policy, not the vectors that decisions are computed from, and the tests hold
//! its verdict against the decision.

use std::ffi::CStr;
use std::fmt::Write as _;

use super::*;

/// What decides a question, by kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// This rule allows it.
    Allow,
    /// No rule allows it; the rule that is missing.
    NoRule,
    /// A rule would allow it if a boolean were another.
    Boolean,
    /// This constraint does not hold.
    Constraint,
    /// This rule, that a process may change its role, is missing.
    Role,
    /// The type is bounded by one that may not do it either; what follows is
    /// about that one.
    Bounds,
    /// The policy does not define what is asked for.
    Unknown,
    /// The domain is permissive: a refusal is written to the log, no more.
    Permissive,
}

impl Cause {
    /// The name that users see.
    pub fn name(self) -> &'static str {
        match self {
            Cause::Allow => "allow rule",
            Cause::NoRule => "no allow rule",
            Cause::Boolean => "boolean",
            Cause::Constraint => "constraint",
            Cause::Role => "role",
            Cause::Bounds => "bounds",
            Cause::Unknown => "unknown",
            Cause::Permissive => "permissive domain",
        }
    }
}

/// The answer to one question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// The policy allows it.
    pub allowed: bool,
    /// Everything that allows it, or everything that refuses it.
    pub causes: Vec<(Cause, String)>,
}

/// An allow rule.
#[derive(Clone, Copy)]
struct Rule {
    rule: shim::sepg_rule,
    /// The condition that it depends on, and the value at which it is in force.
    condition: Option<(*const c_void, bool)>,
    active: bool,
}

/// A policy with everything that explanations need.
pub struct Explainer {
    policy: Policy,
    /// Allow rules, by the policy's number of their class.
    rules: FxHashMap<u32, Vec<Rule>>,
    booleans: Names,
    // Dropped last: conditions point into it.
    db: Database,
}

/// Joins names as rules have them: one as it is, several in braces.
fn list(names: &[String]) -> String {
    match names {
        [name] => name.clone(),
        _ => format!("{{ {} }}", names.join(" ")),
    }
}

impl Explainer {
    /// Reads an image.
    pub fn load(image: &[u8]) -> Result<Explainer, LoadError> {
        let db = Database::load(image)?;
        let policy = Policy::from_database(&db)?;
        let mut rules: FxHashMap<u32, Vec<Rule>> = FxHashMap::default();
        let mut add = |rule: Rule| {
            if rule.rule.kind == shim::SEPG_RULE_ALLOW {
                rules.entry(rule.rule.tclass).or_default().push(rule);
            }
        };
        for rule in db.rules() {
            if rule.conditional == 0 {
                add(Rule { rule, condition: None, active: true });
            }
        }
        // SAFETY: The database lives, and records() states the buffer's length.
        let conditionals: Vec<shim::sepg_conditional> =
            records(|out, length| unsafe { shim::sepg_db_conditionals(db.ptr(), out, length) });
        for record in conditionals {
            add(Rule {
                rule: record.rule,
                condition: Some((record.expression, record.branch != 0)),
                active: record.active != 0,
            });
        }
        let booleans = db.names(shim::SEPG_SYM_BOOLS, db.info().booleans);
        Ok(Explainer { policy, rules, booleans, db })
    }

    /// Explains whether a subject may do one thing with an object; None unless
    /// both contexts are valid and the class has the permission.
    pub fn explain(
        &self,
        subject: &CStr,
        object: &CStr,
        class: Class,
        permission: u32,
    ) -> Option<Explanation> {
        let subject = self.policy.parse(subject.to_bytes())?;
        let object = self.policy.parse(object.to_bytes())?;
        let name = class.permission_name(permission)?;
        let resolved = &self.policy.classes[class.index()].resolved;

        let mut answer = if resolved.known & permission == 0 {
            let allowed = !self.policy.info.deny_unknown;
            let what = if resolved.value == 0 {
                format!("class {}", class.name())
            } else {
                format!("permission {name} of class {}", class.name())
            };
            let rule = format!(
                "the policy does not define {what}; handle_unknown is {}",
                if allowed { "allow" } else { "deny" }
            );
            Explanation { allowed, causes: vec![(Cause::Unknown, rule)] }
        } else {
            self.decide(&subject, &object, class, permission, 0)
        };
        if !answer.allowed && self.policy.type_(subject.type_).is_some_and(|type_| type_.permissive)
        {
            answer.causes.push((
                Cause::Permissive,
                format!("permissive {};", self.type_name(subject.type_)),
            ));
        }
        Some(answer)
    }

    /// Explains one known permission; `depth` counts the bounds gone up.
    fn decide(
        &self,
        subject: &Context,
        object: &Context,
        class: Class,
        permission: u32,
        depth: u32,
    ) -> Explanation {
        let policy = &self.policy;
        let rules = &policy.classes[class.index()];
        let resolved = &rules.resolved;
        let bit = resolved.to_policy(permission);
        let name = class.permission_name(permission).unwrap_or_default();
        let (mut grants, mut refusals) = (Vec::new(), Vec::new());

        // Type enforcement.
        let (Some(source), Some(target)) =
            (policy.type_(subject.type_), policy.type_(object.type_))
        else {
            return Explanation::default();
        };
        let mut conditional = Vec::new();
        for rule in self.rules.get(&resolved.value).into_iter().flatten() {
            if rule.rule.data & bit != 0
                && source.attributes.contains(&rule.rule.source)
                && target.attributes.contains(&rule.rule.target)
            {
                if rule.active {
                    grants.push((Cause::Allow, self.rule_text(rule, class)));
                } else {
                    conditional.push((Cause::Boolean, self.rule_text(rule, class)));
                }
            }
        }
        if grants.is_empty() {
            if conditional.is_empty() {
                let text = format!(
                    "allow {} {}:{} {name};",
                    self.type_name(subject.type_),
                    self.type_name(object.type_),
                    class.name()
                );
                refusals.push((Cause::NoRule, text));
            }
            refusals.append(&mut conditional);
        }

        // Constraints, whether or not a rule allows it: they would stand in
        // the way of a new one.
        for (permissions, steps, raw) in self.constraints(resolved) {
            if permissions & bit != 0 && !policy.holds(&steps, subject, object) {
                let text = self.constraint_text(class, permissions, &steps, &raw);
                let values = self.values_text(&steps, subject, object);
                refusals.push((Cause::Constraint, format!("{text} where {values}")));
            }
        }

        let transitions = SEPG_PROCESS__TRANSITION | SEPG_PROCESS__DYNTRANSITION;
        if rules.is_process
            && permission & transitions != 0
            && subject.role != object.role
            && !policy.role_allows.contains(&(subject.role, object.role))
        {
            let (one, two) = (self.role_name(subject.role), self.role_name(object.role));
            refusals.push((Cause::Role, format!("allow {one} {two};")));
        }

        // A refusal has reasons enough without those of the bounds.
        if source.bounds != 0 && refusals.is_empty() {
            let bounding = Context { type_: source.bounds, ..subject.clone() };
            let bounded = if target.bounds != 0 { target.bounds } else { object.type_ };
            let upper = if depth < MAX_BOUNDS {
                let object = Context { type_: bounded, ..object.clone() };
                self.decide(&bounding, &object, class, permission, depth + 1)
            } else {
                Explanation::default()
            };
            if !upper.allowed {
                let text = format!(
                    "typebounds {} {};",
                    self.type_name(source.bounds),
                    self.type_name(subject.type_)
                );
                refusals.push((Cause::Bounds, text));
                refusals.extend(upper.causes);
            }
        }

        let allowed = refusals.is_empty();
        Explanation { allowed, causes: if allowed { grants } else { refusals } }
    }

    /// The constraints of a class in the policy's bits: what they are about,
    /// their steps, and the steps as the policy has them.
    fn constraints(&self, class: &Resolved) -> Vec<(u32, Vec<Step>, Vec<shim::sepg_step>)> {
        // SAFETY: The database lives, and records() states the buffer's length.
        let constraints: Vec<shim::sepg_constraint> = records(|out, length| unsafe {
            shim::sepg_db_constraints(self.db.ptr(), class.value, out, length)
        });
        constraints
            .into_iter()
            .map(|record| {
                // SAFETY: The expression is one that the living database named,
                // and records() states the buffer's length.
                let raw: Vec<shim::sepg_step> = records(|out, length| unsafe {
                    shim::sepg_db_steps(record.expression, out, length)
                });
                // SAFETY: The steps are the living database's.
                let steps = raw.iter().map(|step| unsafe { step_of(step) }).collect();
                (record.permissions, steps, raw)
            })
            .collect()
    }

    fn name_of(names: &Names, value: u32, kind: &str) -> String {
        match names.name(value) {
            Some(name) => String::from_utf8_lossy(name).into_owned(),
            None => format!("<{kind} {value}>"),
        }
    }

    fn type_name(&self, value: u32) -> String {
        Explainer::name_of(&self.policy.type_names, value, "type")
    }

    fn role_name(&self, value: u32) -> String {
        Explainer::name_of(&self.policy.role_names, value, "role")
    }

    fn user_name(&self, value: u32) -> String {
        Explainer::name_of(&self.policy.user_names, value, "user")
    }

    /// The names of a class' permissions, in the policy's bits.
    fn permissions_text(&self, class: Class, permissions: u32) -> String {
        let value = self.policy.classes[class.index()].resolved.value;
        let mut names: Vec<String> = self
            .db
            .permissions(value)
            .into_iter()
            .filter(|(_, symbol)| {
                (1..=32).contains(&symbol.value) && permissions >> (symbol.value - 1) & 1 != 0
            })
            .map(|(name, _)| String::from_utf8_lossy(&name).into_owned())
            .collect();
        names.sort_unstable();
        list(&names)
    }

    fn rule_text(&self, rule: &Rule, class: Class) -> String {
        let mut text = format!(
            "allow {} {}:{} {};",
            self.type_name(rule.rule.source),
            self.type_name(rule.rule.target),
            class.name(),
            self.permissions_text(class, rule.rule.data)
        );
        if let Some((expression, branch)) = rule.condition {
            // SAFETY: The expression is one that the living database named, and
            // records() states the buffer's length.
            let steps: Vec<shim::sepg_cond_step> =
                records(|out, length| unsafe { shim::sepg_db_cond_steps(expression, out, length) });
            let name = |step: &shim::sepg_cond_step| {
                Explainer::name_of(&self.booleans, step.boolean, "boolean")
            };
            let mut stack: Vec<String> = Vec::new();
            let mut values: Vec<String> = Vec::new();
            for step in &steps {
                let operator = match step.kind {
                    1 => {
                        let mut state = 0;
                        // SAFETY: The database lives, and state is a place for
                        // the answer.
                        unsafe { shim::sepg_db_boolean(self.db.ptr(), step.boolean, &mut state) };
                        let value =
                            format!("{} = {}", name(step), if state != 0 { "on" } else { "off" });
                        if !values.contains(&value) {
                            values.push(value);
                        }
                        stack.push(name(step));
                        continue;
                    }
                    2 => {
                        let operand = stack.pop().unwrap_or_default();
                        stack.push(format!("! {operand}"));
                        continue;
                    }
                    3 => "||",
                    4 => "&&",
                    5 => "^",
                    6 => "==",
                    _ => "!=",
                };
                let (right, left) =
                    (stack.pop().unwrap_or_default(), stack.pop().unwrap_or_default());
                stack.push(format!("( {left} {operator} {right} )"));
            }
            let condition = stack.pop().unwrap_or_default();
            let branch = if branch { "True" } else { "False" };
            // Writing to a String cannot fail.
            let _ = write!(text, " [ {condition} ]:{branch} where {}", values.join(", "));
        }
        text
    }

    fn constraint_text(
        &self,
        class: Class,
        permissions: u32,
        steps: &[Step],
        raw: &[shim::sepg_step],
    ) -> String {
        let mls = steps.iter().any(|step| matches!(step, Step::Levels(..)));
        let mut stack: Vec<String> = Vec::new();
        for (step, raw) in steps.iter().zip(raw) {
            let text = match step {
                Step::Not => format!("not {}", stack.pop().unwrap_or_default()),
                Step::And | Step::Or => {
                    let right = stack.pop().unwrap_or_default();
                    let left = stack.pop().unwrap_or_default();
                    let operator = if *step == Step::And { "and" } else { "or" };
                    format!("( {left} {operator} {right} )")
                }
                Step::Pair(attribute, operator) => {
                    let letter = attribute.letter();
                    format!("{letter}1 {} {letter}2", operator.text())
                }
                Step::Levels(levels, operator) => {
                    let (one, two) = levels.names();
                    format!("{one} {} {two}", operator.text())
                }
                Step::Names { attribute, target, equal, names } => {
                    // SAFETY: The bitmap is NULL or the living database's.
                    let written = unsafe { bits(raw.written) };
                    let names = if written == Bits::default() { names } else { &written };
                    let names: Vec<String> = names
                        .iter()
                        .map(|value| match attribute {
                            Attribute::User => self.user_name(value),
                            Attribute::Role => self.role_name(value),
                            Attribute::Type => self.type_name(value),
                        })
                        .collect();
                    format!(
                        "{}{} {} {}",
                        attribute.letter(),
                        if *target { 2 } else { 1 },
                        if *equal { "==" } else { "!=" },
                        list(&names)
                    )
                }
                Step::Never => "<what cannot hold>".to_owned(),
            };
            stack.push(text);
        }
        format!(
            "{} {} {} {};",
            if mls { "mlsconstrain" } else { "constrain" },
            class.name(),
            self.permissions_text(class, permissions),
            stack.pop().unwrap_or_default()
        )
    }

    /// What the names in a constraint stand for.
    fn values_text(&self, steps: &[Step], subject: &Context, object: &Context) -> String {
        let mut values: Vec<String> = Vec::new();
        let mut add = |value: String| {
            if !values.contains(&value) {
                values.push(value);
            }
        };
        let text = |attribute: &Attribute, target: bool| {
            let context = if target { object } else { subject };
            let value = match attribute {
                Attribute::User => self.user_name(context.user),
                Attribute::Role => self.role_name(context.role),
                Attribute::Type => self.type_name(context.type_),
            };
            format!("{}{} = {value}", attribute.letter(), if target { 2 } else { 1 })
        };
        for step in steps {
            match step {
                Step::Pair(attribute, _) => {
                    add(text(attribute, false));
                    add(text(attribute, true));
                }
                Step::Names { attribute, target, .. } => add(text(attribute, *target)),
                Step::Levels(levels, _) => {
                    let names = levels.names();
                    let (one, two) = levels.of(&subject.range, &object.range);
                    for (name, level) in [(names.0, one), (names.1, two)] {
                        let mut text = Vec::new();
                        let _ = self.policy.level_text(level, &mut text);
                        add(format!("{name} = {}", String::from_utf8_lossy(&text)));
                    }
                }
                _ => {}
            }
        }
        values.join(", ")
    }
}

impl Attribute {
    fn letter(self) -> char {
        match self {
            Attribute::User => 'u',
            Attribute::Role => 'r',
            Attribute::Type => 't',
        }
    }
}

impl Operator {
    fn text(self) -> &'static str {
        match self {
            Operator::Equal => "==",
            Operator::NotEqual => "!=",
            Operator::Dominates => "dom",
            Operator::DominatedBy => "domby",
            Operator::Incomparable => "incomp",
        }
    }
}

impl Levels {
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Levels::L1L2 => ("l1", "l2"),
            Levels::L1H2 => ("l1", "h2"),
            Levels::H1L2 => ("h1", "l2"),
            Levels::H1H2 => ("h1", "h2"),
            Levels::L1H1 => ("l1", "h1"),
            Levels::L2H2 => ("l2", "h2"),
        }
    }
}
