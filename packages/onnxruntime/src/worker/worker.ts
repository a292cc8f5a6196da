// What `worker: true` starts in Node.
import { serve } from "./serve.ts";

serve();
