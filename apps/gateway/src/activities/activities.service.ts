import { Injectable } from '@nestjs/common';
import {
  AttachedActivities,
  FindActivities,
  ListActivities,
  TicketTimeline,
  VisibleTickets,
  type ActivityView,
  type ListActivitiesArgs,
  type Page,
  type TicketGrant,
  type TimelineItem,
} from '@helpdesk/contracts';
import { invalid, RpcClient } from '@helpdesk/platform';
import { visiblePage } from '../access/visible-page.js';
import { actorFor, type Principal } from '../auth/principal.js';

/** What was said elsewhere, as far as the asker may see the tickets it was said on. */
@Injectable()
export class ActivitiesService {
  constructor(private readonly rpc: RpcClient) {}

  list(me: Principal, of: ListActivitiesArgs['of'], limit: number, cursor: string | undefined): Promise<Page<ActivityView>> {
    return visiblePage(this.rpc, me, {
      limit,
      cursor,
      fetch: (size, at) => this.rpc.call(ListActivities, actorFor(me), { of, limit: size, cursor: at }),
      ticketOf: (item) => item.ticketId,
    });
  }

  /** Throws 422 that points at each one he may not see; absent and hidden are the same. */
  async check(me: Principal, ids: string[]): Promise<void> {
    if (ids.length === 0) return;
    const found = (await this.rpc.call(FindActivities, actorFor(me), { ids })).items;
    const visible = await this.visible(me, found);
    const problems = ids.flatMap((id, i) =>
      visible.some((activity) => activity.id === id) ? [] : [{ pointer: `/activityIds/${i}`, code: 'unknown', detail: 'is no activity' }],
    );
    if (problems.length > 0) throw invalid(problems);
  }

  async attached(me: Principal, grant: TicketGrant): Promise<ActivityView[]> {
    return this.visible(me, (await this.rpc.call(AttachedActivities, actorFor(me), { grant })).items);
  }

  /** A page of the timeline without entries that stand for messages he may not see; filled to its end, as {@link visiblePage}. */
  async timeline(me: Principal, grant: TicketGrant, limit: number, cursor?: string): Promise<Page<TimelineItem>> {
    const found: TimelineItem[] = [];
    for (let at = cursor; ;) {
      const page = await this.rpc.call(TicketTimeline, actorFor(me), { grant, limit: limit + 1, cursor: at });
      const visible = new Set(
        await this.visible(
          me,
          page.items.flatMap(({ activity }) => activity ?? []),
        ),
      );
      found.push(...page.items.filter(({ activity }) => !activity || visible.has(activity)));
      if (found.length > limit || page.nextCursor === null) break;
      at = page.nextCursor;
    }
    const items = found.slice(0, limit);
    return { items, nextCursor: found.length > limit ? cursorAfter(items) : null };
  }

  private async visible(me: Principal, activities: ActivityView[]): Promise<ActivityView[]> {
    if (activities.length === 0) return [];
    const ids = [...new Set(activities.map(({ ticketId }) => ticketId))];
    const visible = new Set((await this.rpc.call(VisibleTickets, actorFor(me), { ids })).ids);
    return activities.filter(({ ticketId }) => visible.has(ticketId));
  }
}

const cursorAfter = (items: TimelineItem[]) => `s${items.at(-1)?.seq}`;
