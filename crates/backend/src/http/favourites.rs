//! The rewards that a member remembers.

use super::context::{Ctx, PathParams, Writer};
use crate::locale::Text;
use crate::problem::{Code, Problem};
use crate::store::favourites;
use axum::http::StatusCode;

/// Favourites of one member.
const MOST: usize = 500;

pub(crate) async fn add(ctx: Ctx, Writer(member): Writer, path: PathParams) -> Result<StatusCode, Problem> {
    ctx.needs("favourites")?;
    let id = path.get("reward_id");
    ctx.run(move |tx, ctx| {
        let reward = ctx.programme().reward(&id).ok_or_else(Problem::not_found)?;
        let had = favourites::all(tx, &member.id)?;
        // Those that left the catalogue can't be seen, so they must not be in the way.
        let shown = had.iter().filter(|id| ctx.programme().reward(id).is_some()).count();
        if shown >= MOST && !had.contains(&reward.id) {
            return Err(Problem::new(Code::LimitReached).detail(Text::new(
                format!("最多收藏 {MOST} 件，先取消几件吧。"),
                format!("最多收藏 {MOST} 件，請先取消幾件。"),
                format!("You can keep {MOST} favourites; please remove some first."),
            )));
        }
        Ok(favourites::add(tx, &member.id, &reward.id, ctx.now())?)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn remove(
    ctx: Ctx,
    Writer(member): Writer,
    path: PathParams,
) -> Result<StatusCode, Problem> {
    ctx.needs("favourites")?;
    let id = path.get("reward_id");
    ctx.run(move |tx, ctx| {
        let was = favourites::remove(tx, &member.id, &id)?;
        if was || ctx.programme().reward(&id).is_some() { Ok(()) } else { Err(Problem::not_found()) }
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
