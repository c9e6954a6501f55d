import { ConfigurableModuleBuilder } from '@nestjs/common';
import { type MeshOptions } from './mesh.options.js';

export const {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN: MESH_MODULE_OPTIONS,
  OPTIONS_TYPE,
  ASYNC_OPTIONS_TYPE,
} = new ConfigurableModuleBuilder<MeshOptions>({ moduleName: 'Mesh' })
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createMeshOptions')
  .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
  .build();
