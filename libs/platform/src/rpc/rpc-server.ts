import {
  applyDecorators,
  type ArgumentsHost,
  Catch,
  type CanActivate,
  type ExecutionContext,
  type RpcExceptionFilter,
} from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { throwError, type Observable } from 'rxjs';
import { hasTakenTooLong, isDatabaseAway, isPassing } from '../database/database.js';
import { Problem, unavailable } from '../errors/problem.js';
import type { Runtime } from '../lifecycle/runtime.js';
import { currentContext } from '../logging/request-context.js';
import { verifyActor, type Actor } from './call-token.js';
import type { RpcPattern } from '@helpdesk/contracts';

/** What a controller method receives: `actor` is verified, `args` are the pattern's. */
export interface Call<Args> {
  actor: Actor;
  args: Args;
  correlationId: string;
}

interface Wire extends Call<unknown> {
  token: string;
}

/** Answers a pattern; the method's parameter and result are checked against the pattern's types. */
export function Answers<Args, Answer>(pattern: RpcPattern<Args, Answer>) {
  return (target: object, key: string, descriptor: TypedPropertyDescriptor<(call: Call<Args>) => Promise<Answer>>): void => {
    applyDecorators(MessagePattern(pattern.name))(target, key, descriptor);
  };
}

/** Refuses calls whose token is missing, forged, old or for another service. */
export class CallGuard implements CanActivate {
  constructor(private readonly runtime: Runtime) {}

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'rpc') return true;
    const wire = context.switchToRpc().getData<Wire>();
    wire.actor = verifyActor(this.runtime.keys, wire.token, this.runtime.service);
    return true;
  }
}

function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (isDatabaseAway(error)) return unavailable('The database does not answer.');
  if (isPassing(error)) return unavailable('Something else was in the way.');
  return hasTakenTooLong(error) ? unavailable('It took too long.') : undefined;
}

/** Sends problems to the caller as they are; anything else is logged once here and becomes 500 there. */
@Catch()
export class RpcProblemFilter implements RpcExceptionFilter {
  constructor(private readonly runtime: Runtime) {}

  catch(error: unknown, host: ArgumentsHost): Observable<never> {
    const problem = problemOf(error);
    if (!problem) {
      const { correlationId } = host.switchToRpc().getData<Wire>();
      const stack = error instanceof Error ? error.stack : String(error);
      this.runtime.logger.error({ correlationId: correlationId ?? currentContext()?.correlationId, error: stack }, 'call failed');
    }
    return throwError(() =>
      problem
        ? {
            status: problem.status,
            code: problem.code,
            title: problem.title,
            detail: problem.detail,
            errors: problem.errors,
            headers: problem.headers,
            more: problem.more,
          }
        : { status: 500, code: 'internal' },
    );
  }
}
