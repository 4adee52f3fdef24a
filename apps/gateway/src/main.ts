import { endOnSignal, reportStartFailure, runtimeFor, startProbeServer } from '@helpdesk/platform';
import { GatewayHealth } from './health/gateway-health.js';
import { startGateway } from './start.js';

try {
  const runtime = runtimeFor('gateway', process.env);
  const { config } = runtime;
  const addresses = {
    channels: config.CHANNELS_RPC,
    conversations: config.CONVERSATIONS_RPC,
    tickets: config.TICKETS_RPC,
    notifications: config.NOTIFICATIONS_RPC,
  };
  const gateway = await startGateway(runtime, addresses, { port: config.PORT });
  if (config.METRICS_PORT !== undefined) startProbeServer(config.METRICS_PORT, gateway.app.get(GatewayHealth));
  endOnSignal(runtime.logger, () => gateway.close());
  runtime.logger.info({ port: config.PORT }, 'service ready');
} catch (error) {
  reportStartFailure(error);
}
