export { Consumer, Park, type Delivery } from './consumer.js';
export { MessageBus, type PublishOptions } from './message-bus.js';
export { MessagingModule, OnEvent } from './messaging.module.js';
export { migratePublicQueues, PublicQueue } from './public-queue.js';
