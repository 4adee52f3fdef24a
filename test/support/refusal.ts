import { ApiError, fieldsOf } from '@helpdesk/testing';

/** How the API refuses what was asked; throws when it does not. */
export async function refusal(asked: Promise<unknown>): Promise<ApiError> {
  const outcome = await asked.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof ApiError)) throw new Error(`no refusal: ${String(outcome)}`);
  return outcome;
}

/** `pointer code` of each field that was refused. */
export const problemsOf = async (asked: Promise<unknown>): Promise<string[]> => fieldsOf((await refusal(asked)).problem);
