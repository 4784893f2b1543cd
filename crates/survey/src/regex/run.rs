//! The search: a backtracking machine whose stack is on the heap and whose steps are counted.
//!
//! Without back-references, whether the rest of a pattern matches depends on nothing but the operation and the
//! position, so a pair that has failed is remembered and never tried again. That bounds the work by the product of
//! the two lengths, and ends loops that don't move. Only inside a lookaround that has matched is all tried anew.

use super::class::{fold, is_word};
use super::{Operation, Regex, TooCostly};

const STEPS: u32 = 1_000_000;
/// How many bits of a remembered pair hold the position, so how long a text may be.
const POSITION_BITS: u32 = 24;
/// How many bits of a remembered pair hold the operation; programs are shorter than this allows.
const PLACE_BITS: u32 = 16;
/// An empty slot.
const NOWHERE: u32 = u32::MAX;

/// Where the machine is: an operation and a position in the text.
#[derive(Clone, Copy)]
struct Point {
    place: u32,
    position: u32,
}

/// What is left to do when the way taken fails, the latest first.
#[derive(Clone, Copy)]
enum Job {
    Try(Point),
    /// Puts back what a slot held.
    Restore {
        slot: u32,
        old: u32,
    },
    /// Tries a `Run` with the other counts: those that end from `near` to `far`, seen from where it began.
    Shift {
        place: u32,
        near: u32,
        far: u32,
    },
}

enum Outcome {
    Go(Point),
    Fail,
    Accept,
}

struct Machine<'a> {
    regex: &'a Regex,
    text: &'a [u16],
    steps: u32,
    jobs: Vec<Job>,
    slots: Vec<u32>,
    failed: Pairs,
    /// For each lookaround how often it has matched: what was tried on the way then has not failed.
    ages: Vec<u32>,
}

/// Whether the pattern matches anywhere in the text.
pub(super) fn search(regex: &Regex, text: &str) -> Result<bool, TooCostly> {
    let mut units: Vec<u16> = text.encode_utf16().collect();
    if units.len() >> POSITION_BITS != 0 {
        return Err(TooCostly);
    }
    if regex.ignore_case {
        units.iter_mut().for_each(|unit| *unit = fold(*unit));
    }
    let mut machine = Machine {
        regex,
        text: &units,
        steps: STEPS,
        jobs: Vec::new(),
        slots: vec![NOWHERE; if regex.references { regex.slots } else { 0 }],
        failed: Pairs::default(),
        ages: vec![0; regex.looks],
    };
    let last = if matches!(regex.code.first(), Some(Operation::Start)) { 0 } else { units.len() as u32 };
    for position in 0..=last {
        if machine.run(Point { place: 0, position }, 0)? {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Machine<'_> {
    /// Whether the program accepts from here. If it does, the jobs left over stay on the stack.
    fn run(&mut self, start: Point, age: u32) -> Result<bool, TooCostly> {
        let base = self.jobs.len();
        let mut point = start;
        loop {
            self.spend(1)?;
            point = match self.step(point, age)? {
                Outcome::Go(next) => next,
                Outcome::Accept => return Ok(true),
                Outcome::Fail => match self.backtrack(base) {
                    Some(next) => next,
                    None => return Ok(false),
                },
            };
        }
    }

    fn spend(&mut self, steps: u32) -> Result<(), TooCostly> {
        self.steps = self.steps.checked_sub(steps).ok_or(TooCostly)?;
        Ok(())
    }

    fn step(&mut self, Point { place, position }: Point, age: u32) -> Result<Outcome, TooCostly> {
        let Some(&operation) = self.regex.code.get(place as usize) else { return Ok(Outcome::Fail) };
        let mut next = Point { place: place + 1, position };
        let holds = match operation {
            Operation::Unit { .. } | Operation::Set { .. } => match self.consume(operation, position) {
                Some(moved) => {
                    next.position = moved;
                    true
                }
                None => false,
            },
            Operation::Start => position == 0,
            Operation::End => position as usize == self.text.len(),
            Operation::Boundary { negated } => {
                let after = self.text.get(position as usize).is_some_and(|&unit| is_word(unit));
                let before = self.before(position).is_some_and(|(unit, _)| is_word(unit));
                (before != after) != negated
            }
            Operation::Split { other, greedy } => {
                if self.has_failed(place, position, age) {
                    return Ok(Outcome::Fail);
                }
                let mut later = Point { place: place + other, position };
                if !greedy {
                    std::mem::swap(&mut next, &mut later);
                }
                self.jobs.push(Job::Try(later));
                true
            }
            Operation::Jump(distance) => {
                next.place = place.wrapping_add_signed(distance);
                true
            }
            Operation::Run { min, max, .. } => {
                if self.has_failed(place, position, age) {
                    return Ok(Outcome::Fail);
                }
                return self.spread(place, position, min, max);
            }
            Operation::Look { skip, index, negated } => {
                if self.has_failed(place, position, age) {
                    return Ok(Outcome::Fail);
                }
                let found = self.look(next, usize::from(index), negated)?;
                next.place = place + skip;
                found != negated
            }
            Operation::Save(slot) => {
                self.set(slot, position);
                true
            }
            Operation::Reset { from, to } => {
                self.spend(to - from)?;
                (from..to).for_each(|slot| self.set(slot, NOWHERE));
                true
            }
            Operation::Moved(slot) => self.slot(slot) != position,
            Operation::Reference { group, back } => match self.repeat_group(group, back, position)? {
                Some(moved) => {
                    next.position = moved;
                    true
                }
                None => false,
            },
            Operation::Accept => return Ok(Outcome::Accept),
        };
        Ok(if holds { Outcome::Go(next) } else { Outcome::Fail })
    }

    /// The unit before a position, and its own position.
    fn before(&self, position: u32) -> Option<(u16, u32)> {
        let index = position.checked_sub(1)?;
        Some((*self.text.get(index as usize)?, index))
    }

    /// The position after an operation that matches one unit, if it does.
    fn consume(&self, operation: Operation, position: u32) -> Option<u32> {
        let (Operation::Unit { back, .. } | Operation::Set { back, .. }) = operation else { return None };
        let (unit, moved) =
            if back { self.before(position)? } else { (*self.text.get(position as usize)?, position + 1) };
        let fits = match operation {
            Operation::Unit { unit: wanted, .. } => wanted == unit,
            Operation::Set { index, .. } => {
                let set = self.regex.sets.get(usize::from(index))?;
                if self.regex.ignore_case { set.contains_folded(unit) } else { set.contains(unit) }
            }
            _ => false,
        };
        fits.then_some(moved)
    }

    /// Notes that an operation is tried at a position; whether it has already been, and so failed.
    fn has_failed(&mut self, place: u32, position: u32, age: u32) -> bool {
        let pair = u64::from(age) << PLACE_BITS | u64::from(place);
        !self.regex.references && !self.failed.insert(pair << POSITION_BITS | u64::from(position))
    }

    /// Starts a `Run`: counts how often its unit matches from here.
    fn spread(&mut self, place: u32, start: u32, min: u32, max: u32) -> Result<Outcome, TooCostly> {
        let Some(&unit) = self.regex.code.get(place as usize + 1) else { return Ok(Outcome::Fail) };
        let (mut near, mut far, mut count) = (start, start, 0);
        while count < max {
            let Some(moved) = self.consume(unit, far) else { break };
            self.spend(1)?;
            far = moved;
            count += 1;
            if count <= min {
                near = far;
            }
        }
        Ok(if count < min { Outcome::Fail } else { Outcome::Go(self.shift(place, near, far)) })
    }

    /// Takes the best of the counts of a `Run` that end from `near` to `far`, and leaves the others for later.
    fn shift(&mut self, place: u32, near: u32, far: u32) -> Point {
        let greedy = matches!(self.regex.code.get(place as usize), Some(Operation::Run { greedy: true, .. }));
        let (position, goal) = if greedy { (far, near) } else { (near, far) };
        if position != goal {
            let rest = if position < goal { position + 1 } else { position - 1 };
            let (near, far) = if greedy { (goal, rest) } else { (rest, goal) };
            self.jobs.push(Job::Shift { place, near, far });
        }
        Point { place: place + 2, position }
    }

    /// Whether a lookaround's pattern matches here. Groups keep what they matched unless it is negated.
    fn look(&mut self, start: Point, index: usize, negated: bool) -> Result<bool, TooCostly> {
        let base = self.jobs.len();
        let age = self.ages.get(index).copied().unwrap_or_default();
        let found = self.run(start, age)?;
        if found && negated {
            self.undo(base);
        } else if found {
            let left = self.jobs.split_off(base);
            self.jobs.extend(left.into_iter().filter(|job| matches!(job, Job::Restore { .. })));
        }
        if let Some(age) = self.ages.get_mut(index).filter(|_| found) {
            *age += 1;
        }
        Ok(found)
    }

    fn slot(&self, slot: u32) -> u32 {
        self.slots.get(slot as usize).copied().unwrap_or(NOWHERE)
    }

    fn set(&mut self, slot: u32, position: u32) {
        if let Some(place) = self.slots.get_mut(slot as usize).filter(|old| **old != position) {
            self.jobs.push(Job::Restore { slot, old: *place });
            *place = position;
        }
    }

    /// The position after what the group matched, if the same follows here; a group without a match is empty.
    fn repeat_group(&mut self, group: u32, back: bool, position: u32) -> Result<Option<u32>, TooCostly> {
        let (start, end) = (self.slot(group * 2), self.slot(group * 2 + 1));
        if start == NOWHERE || end == NOWHERE {
            return Ok(Some(position));
        }
        let length = end.saturating_sub(start);
        self.spend(length)?;
        let Some(from) = (if back { position.checked_sub(length) } else { Some(position) }) else {
            return Ok(None);
        };
        let piece = |from: u32| self.text.get(from as usize..(from + length) as usize);
        let same = piece(from).is_some_and(|found| Some(found) == piece(start));
        Ok(same.then_some(if back { from } else { from + length }))
    }

    /// Takes the latest job above `base` that leads on.
    fn backtrack(&mut self, base: usize) -> Option<Point> {
        while self.jobs.len() > base {
            match self.jobs.pop()? {
                Job::Try(point) => return Some(point),
                Job::Shift { place, near, far } => return Some(self.shift(place, near, far)),
                Job::Restore { slot, old } => self.restore(slot, old),
            }
        }
        None
    }

    /// Drops the jobs above `base`, with all they would put back.
    fn undo(&mut self, base: usize) {
        while self.jobs.len() > base {
            if let Some(Job::Restore { slot, old }) = self.jobs.pop() {
                self.restore(slot, old);
            }
        }
    }

    fn restore(&mut self, slot: u32, old: u32) {
        if let Some(place) = self.slots.get_mut(slot as usize) {
            *place = old;
        }
    }
}

/// A set of numbers: a hash table with open addressing, at most half full, its length a power of two.
#[derive(Default)]
struct Pairs {
    /// Each number plus one; zero is a free place.
    table: Vec<u64>,
    count: usize,
}

impl Pairs {
    /// Adds a number; whether it was not there.
    fn insert(&mut self, number: u64) -> bool {
        if self.count * 2 >= self.table.len() {
            let larger = vec![0; (self.table.len() * 2).max(64)];
            let old = std::mem::replace(&mut self.table, larger);
            old.into_iter().filter(|&entry| entry != 0).for_each(|entry| {
                self.place(entry);
            });
        }
        let new = self.place(number + 1);
        self.count += usize::from(new);
        new
    }

    fn place(&mut self, entry: u64) -> bool {
        let mask = self.table.len().wrapping_sub(1);
        let mut index = (entry.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize & mask;
        while let Some(found) = self.table.get_mut(index) {
            if *found == entry {
                return false;
            }
            if *found == 0 {
                *found = entry;
                return true;
            }
            index = (index + 1) & mask;
        }
        false
    }
}
