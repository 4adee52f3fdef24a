import { ParseUUIDPipe } from '@nestjs/common';
import { notFound } from '@helpdesk/platform';

/** An id in a path: what is no UUID is as absent as what is not there. */
export const uuidParam = new ParseUUIDPipe({ exceptionFactory: notFound });
