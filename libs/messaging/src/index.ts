export { Consumer, Park, type Delivery } from './consumer.js';
export { LiveBus, type LiveListener } from './live/live-bus.js';
export { liveBusFor } from './live/live-bus.provider.js';
export { MessageBus, type AuditActor, type PublishOptions } from './message-bus.js';
export { MessagingModule, OnEvent } from './messaging.module.js';
export { migratePublicQueues, PublicQueue } from './public-queue.js';
