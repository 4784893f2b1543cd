//! Which rows of a long grid are drawn: those on screen and near it, and what has the focus. All lengths are CSS pixels.

/// Screens above and below the visible one in which rows are drawn too.
const OVERSCAN: f64 = 2.0;
/// The most cells that are drawn whatever a browser measures; a screen of any real size needs fewer.
const MOST: usize = 96;

/// A grid whose rows are equally high.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Grid {
    /// Number of cells.
    pub items: usize,
    /// Cells in a row; none counts as one.
    pub columns: usize,
    /// From the top of a row to the top of the next one.
    pub pitch: f64,
}

/// The visible part.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct View {
    /// Its upper edge, from the top of the grid; negative while the grid begins below.
    pub top: f64,
    /// Its height.
    pub height: f64,
}

impl Grid {
    fn wide(self) -> usize {
        self.columns.max(1)
    }

    /// Number of rows.
    pub fn rows(self) -> usize {
        self.items.div_ceil(self.wide())
    }

    /// The first cell of `row`, and how many it has.
    pub fn cells(self, row: usize) -> (usize, usize) {
        let first = row.saturating_mul(self.wide()).min(self.items);
        (first, (self.items - first).min(self.wide()))
    }

    /// From the top of the grid to the top of `row`; the top of the row after the last is the grid's height.
    pub fn top(self, row: usize) -> f64 {
        row as f64 * self.pitch
    }

    /// The row at `y`, kept within the grid.
    fn row_at(self, y: f64) -> usize {
        let row = if self.pitch > 0.0 { (y / self.pitch).max(0.0) as usize } else { 0 };
        row.min(self.rows().saturating_sub(1))
    }

    /// The rows to draw, in order, with those within `beyond` screens of the visible one. The row with the focus stays, with its neighbours, so that the focus can go on from
    /// there wherever the page has been scrolled meanwhile.
    fn drawn(self, view: View, beyond: f64, focus: Option<usize>) -> Vec<usize> {
        let rows = self.rows();
        if rows == 0 {
            return Vec::new();
        }
        let height = view.height.max(0.0);
        let most = (MOST / self.wide()).max(1);
        let first_seen = self.row_at(view.top);
        let reach = (view.height * beyond / self.pitch.max(1.0)).max(1.0) as usize;
        let last = self.row_at(view.top + height).saturating_add(reach).min(rows - 1);
        let seen = (self.row_at(view.top + height) - first_seen + 1).min(most);
        // What doesn't fit is left out above first, then below: on screen comes before near it.
        let first = first_seen.saturating_sub(reach.min((most - seen) / 2));
        let last = last.min(first + most - 1);
        let near =
            focus.filter(|row| *row < rows).map_or(0..0, |row| row.saturating_sub(1)..(row + 2).min(rows));
        let mut drawn: Vec<usize> = near.clone().filter(|row| *row < first).collect();
        drawn.extend(first..=last);
        drawn.extend(near.filter(|row| *row > last));
        drawn
    }

    /// The rows to draw now, in order, and whether others are left for later: those on screen, of those near it the ones that are
    /// `there` (in order), and `more` of the others, the nearest first.
    pub fn due(self, view: View, focus: Option<usize>, there: &[usize], more: usize) -> (Vec<usize>, bool) {
        let seen = self.drawn(view, 0.0, focus);
        let mut all = self.drawn(view, OVERSCAN, focus);
        let is_now = |row: &usize| seen.binary_search(row).is_ok() || there.binary_search(row).is_ok();
        let (first, last) = (self.row_at(view.top), self.row_at(view.top + view.height));
        let mut later: Vec<usize> = all.iter().copied().filter(|row| !is_now(row)).collect();
        later.sort_by_key(|row| first.saturating_sub(*row) + row.saturating_sub(last));
        let left = later.split_off(more.min(later.len()));
        all.retain(|row| !left.contains(row));
        (all, !left.is_empty())
    }

    /// Screens that are left below the visible one.
    pub fn ahead(self, view: View) -> f64 {
        (self.top(self.rows()) - view.top - view.height) / view.height.max(1.0)
    }

    /// Where the upper edge has to go, so that the cell which was there before the grid changed from `self` to `now`
    /// is there again.
    pub fn moved(self, now: Self, top: f64) -> f64 {
        if top <= 0.0 || self.pitch <= 0.0 {
            return top;
        }
        let row = self.row_at(top);
        let within = (top - self.top(row)) / self.pitch;
        let there = self.cells(row).0 / now.wide();
        now.top(there) + within.min(1.0) * now.pitch
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn grids() -> impl Strategy<Value = Grid> {
        (0..12_000_usize, 1..6_usize, 120.0..900.0).prop_map(|(items, columns, pitch)| Grid {
            items,
            columns,
            pitch,
        })
    }

    #[test]
    fn ten_thousand_rewards_on_a_phone() {
        let grid = Grid { items: 10_000, columns: 2, pitch: 270.0 };
        assert_eq!((grid.rows(), grid.top(5_000)), (5_000, 1_350_000.0));
        let drawn = grid.drawn(View { top: 600_000.0, height: 844.0 }, OVERSCAN, None);
        assert_eq!((drawn.first(), drawn.last()), (Some(&2_216), Some(&2_231)));
        assert_eq!(grid.drawn(View { top: -400.0, height: 844.0 }, OVERSCAN, None).first(), Some(&0));
        let screen = grid.drawn(View { top: 0.0, height: 844.0 }, 0.0, None);
        assert_eq!(screen, [0, 1, 2, 3, 4], "those that are seen and one more");
        assert_eq!(grid.cells(4_999), (9_998, 2));
        assert_eq!(Grid { items: 5, ..grid }.cells(2), (4, 1));
        assert!(Grid::default().drawn(View { top: 0.0, height: 844.0 }, OVERSCAN, Some(3)).is_empty());
    }

    #[test]
    fn another_number_of_columns_keeps_the_place() {
        let upright = Grid { items: 10_000, columns: 2, pitch: 270.0 };
        let lying = Grid { items: 10_000, columns: 3, pitch: 300.0 };
        assert_eq!(upright.moved(lying, 300.0 * 270.0), 200.0 * 300.0);
        assert_eq!(upright.moved(lying, -80.0), -80.0);
        assert_eq!(upright.moved(upright, 1_234.5), 1_234.5);
    }

    proptest! {
        #[test]
        fn what_is_on_screen_is_drawn(grid in grids(), at in 0.0..1.0, height in 300.0..2_000.0) {
            let whole = grid.top(grid.rows());
            let view = View { top: at * whole - height / 2.0, height };
            let drawn = grid.drawn(view, OVERSCAN, None);
            for row in 0..grid.rows() {
                let on_screen = grid.top(row) < view.top + height && grid.top(row + 1) > view.top;
                prop_assert!(!on_screen || drawn.contains(&row));
            }
        }

        #[test]
        fn never_more_than_is_bearable(
            items in 0..100_000_usize, columns in 0..40_usize, pitch in prop::num::f64::ANY,
            top in prop::num::f64::ANY, height in prop::num::f64::ANY, focus in prop::option::of(0..100_000_usize),
        ) {
            let grid = Grid { items, columns, pitch };
            let drawn = grid.drawn(View { top, height }, OVERSCAN, focus);
            prop_assert!(drawn.len() * columns.max(1) <= MOST.max(columns) + 3 * columns.max(1));
            prop_assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(drawn.iter().all(|row| *row < grid.rows()));
            prop_assert_eq!(drawn.is_empty(), items == 0);
        }

        #[test]
        fn rows_tile_the_grid_and_cells_are_shared_out_once(grid in grids()) {
            let mut next = 0;
            for row in 0..grid.rows() {
                let (first, count) = grid.cells(row);
                prop_assert_eq!(first, next);
                prop_assert!((1..=grid.columns).contains(&count));
                next = first + count;
                let after = grid.top(grid.rows()) - grid.top(row) - grid.pitch;
                prop_assert!((grid.top(row) + grid.pitch + after - grid.top(grid.rows())).abs() < 0.01);
            }
            prop_assert_eq!(next, grid.items);
        }

        #[test]
        fn the_focus_and_its_neighbours_stay(grid in grids(), at in 0.0..1.0, row in 0..6_000_usize) {
            let view = View { top: at * grid.top(grid.rows()), height: 844.0 };
            let drawn = grid.drawn(view, OVERSCAN, Some(row));
            if row < grid.rows() {
                for near in row.saturating_sub(1)..(row + 2).min(grid.rows()) {
                    prop_assert!(drawn.contains(&near));
                }
            }
        }

        #[test]
        fn what_is_near_follows_in_steps(
            grid in grids(), at in 0.0..1.0, focus in prop::option::of(0..6_000_usize), more in 1..4_usize,
            there in prop::collection::btree_set(0..6_000_usize, 0..8),
        ) {
            let view = View { top: at * grid.top(grid.rows()), height: 844.0 };
            let (whole, screen) = (grid.drawn(view, OVERSCAN, focus), grid.drawn(view, 0.0, focus));
            let mut now: Vec<usize> = there.into_iter().collect();
            let (mut last, mut is_left) = grid.due(view, focus, &now, 0);
            prop_assert!(screen.iter().filter(|row| whole.contains(row)).all(|row| last.contains(row)));
            while is_left {
                now = last;
                (last, is_left) = grid.due(view, focus, &now, more);
                prop_assert!(now.iter().all(|row| last.contains(row)) && last.windows(2).all(|pair| pair[0] < pair[1]));
                let new = last.len() - now.len();
                prop_assert!(new == more || !is_left && new < more);
            }
            prop_assert_eq!(last, whole);
        }

        #[test]
        fn the_place_is_kept_when_rows_change(grid in grids(), at in 0.0..0.99, columns in 1..6_usize, pitch in 120.0..900.0) {
            let now = Grid { columns, pitch, ..grid };
            let top = at * grid.top(grid.rows());
            let cell = grid.cells(grid.row_at(top)).0;
            let there = now.row_at(now_top(grid, now, top));
            let (first, count) = now.cells(there);
            prop_assert!(grid.items == 0 || (first..first + count).contains(&cell) || there > cell / columns);
        }
    }

    fn now_top(grid: Grid, now: Grid, top: f64) -> f64 {
        grid.moved(now, top)
    }
}
