"""Where living linkage touches the store, files and other organisations' doors."""
