import { Logger } from '@aws-lambda-powertools/logger';

/** Structured logs. Service name and level come from the environment. */
export const logger = new Logger();
