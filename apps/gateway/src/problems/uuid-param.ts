import type { PipeTransform } from '@nestjs/common';
import { isUuid, notFound } from '@helpdesk/platform';

/** An id in a path, as the database spells it: what is no UUID is as absent as what is not there. */
export const uuidParam: PipeTransform<string, string> = {
  transform(value) {
    if (!isUuid(value)) throw notFound();
    return value.toLowerCase();
  },
};
