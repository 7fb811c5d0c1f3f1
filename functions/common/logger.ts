import { Logger } from '@aws-lambda-powertools/logger';

/** Structured logs of this function; its name and level come from the environment. */
export const logger = new Logger();
