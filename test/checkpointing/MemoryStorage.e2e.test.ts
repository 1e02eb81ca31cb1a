import * as MemoryStorage from "../../src/checkpointing/store/MemoryStorage.js"
import { contract } from "./contract.js"

contract("memory", { make: MemoryStorage.make })
