/**
 * Messages of requests and answers, and their fields: what is said beside them is refused, as Google does. A field ends in `$` for a text,
 * `#` for a number, `?` for a truth, `:Message` for another message or a list of them, and in nothing for anything else.
 * From the types of @googleapis/sheets 18.1.
 */
export const SHEETS_MESSAGES: Readonly<Record<string, string>> = {
  BatchUpdateSpreadsheetRequest:
    'commentsViewMode$ includeSpreadsheetInResponse? requests:Request responseIncludeGridData? responseRanges',
  ValueRange: 'majorDimension$ range$ values',
  BatchUpdateValuesRequest:
    'data:ValueRange includeValuesInResponse? responseDateTimeRenderOption$ responseValueRenderOption$ ' +
    'valueInputOption$',
  BatchClearValuesRequest: 'ranges',
  Spreadsheet:
    'comments commentsViewMode$ dataSources dataSourceSchedules developerMetadata namedRanges:NamedRange ' +
    'properties:SpreadsheetProperties sheets:Sheet spreadsheetId$ spreadsheetUrl$',
  CopySheetToAnotherSpreadsheetRequest: 'destinationSpreadsheetId$',
  GetSpreadsheetByDataFilterRequest:
    'commentsViewMode$ dataFilters:DataFilter excludeTablesInBandedRanges? includeGridData?',
  BatchGetValuesByDataFilterRequest: 'dataFilters:DataFilter dateTimeRenderOption$ majorDimension$ valueRenderOption$',
  BatchUpdateValuesByDataFilterRequest:
    'data:DataFilterValueRange includeValuesInResponse? responseDateTimeRenderOption$ ' +
    'responseValueRenderOption$ valueInputOption$',
  BatchClearValuesByDataFilterRequest: 'dataFilters:DataFilter',
  UpdateValuesResponse:
    'spreadsheetId$ updatedCells# updatedColumns# updatedData:ValueRange updatedRange$ updatedRows#',
  AppendValuesResponse: 'spreadsheetId$ tableRange$ updates:UpdateValuesResponse',
  BatchGetValuesResponse: 'spreadsheetId$ valueRanges:ValueRange',
  ClearValuesResponse: 'clearedRange$ spreadsheetId$',
  BatchClearValuesResponse: 'clearedRanges spreadsheetId$',
  BatchUpdateValuesResponse:
    'responses:UpdateValuesResponse spreadsheetId$ totalUpdatedCells# totalUpdatedColumns# totalUpdatedRows# ' +
    'totalUpdatedSheets#',
  BatchGetValuesByDataFilterResponse: 'spreadsheetId$ valueRanges:MatchedValueRange',
  BatchUpdateValuesByDataFilterResponse:
    'responses:UpdateValuesByDataFilterResponse spreadsheetId$ totalUpdatedCells# totalUpdatedColumns# ' +
    'totalUpdatedRows# totalUpdatedSheets#',
  BatchClearValuesByDataFilterResponse: 'clearedRanges spreadsheetId$',
  BatchUpdateSpreadsheetResponse: 'commentUpdateState$ replies spreadsheetId$ updatedSpreadsheet:Spreadsheet',
  Request:
    'addBanding addChart addCommentReply addConditionalFormatRule:AddConditionalFormatRuleRequest ' +
    'addDataSource addDimensionGroup:AddDimensionGroupRequest addFilterView ' +
    'addNamedRange:AddNamedRangeRequest addProtectedRange:AddProtectedRangeRequest addSheet:AddSheetRequest ' +
    'addSlicer addTable appendCells:AppendCellsRequest appendDimension:AppendDimensionRequest autoFill ' +
    'autoResizeDimensions:AutoResizeDimensionsRequest cancelDataSourceRefresh ' +
    'clearBasicFilter:ClearBasicFilterRequest copyPaste:CopyPasteRequest createDeveloperMetadata ' +
    'cutPaste:CutPasteRequest deleteBanding deleteComment deleteCommentReply ' +
    'deleteConditionalFormatRule:DeleteConditionalFormatRuleRequest deleteDataSource deleteDeveloperMetadata ' +
    'deleteDimension:DeleteDimensionRequest deleteDimensionGroup:DeleteDimensionGroupRequest ' +
    'deleteDuplicates:DeleteDuplicatesRequest deleteEmbeddedObject deleteFilterView ' +
    'deleteNamedRange:DeleteNamedRangeRequest deleteProtectedRange:DeleteProtectedRangeRequest ' +
    'deleteRange:DeleteRangeRequest deleteSheet:DeleteSheetRequest deleteTable duplicateFilterView ' +
    'duplicateSheet:DuplicateSheetRequest findReplace:FindReplaceRequest insertComment ' +
    'insertDimension:InsertDimensionRequest insertRange:InsertRangeRequest mergeCells:MergeCellsRequest ' +
    'moveDimension:MoveDimensionRequest pasteData randomizeRange refreshDataSource ' +
    'repeatCell:RepeatCellRequest setBasicFilter:SetBasicFilterRequest ' +
    'setDataValidation:SetDataValidationRequest sortRange:SortRangeRequest textToColumns ' +
    'trimWhitespace:TrimWhitespaceRequest unmergeCells:UnmergeCellsRequest updateBanding ' +
    'updateBorders:UpdateBordersRequest updateCells:UpdateCellsRequest updateChartSpec updateCommentPost ' +
    'updateConditionalFormatRule:UpdateConditionalFormatRuleRequest updateDataSource updateDeveloperMetadata ' +
    'updateDimensionGroup:UpdateDimensionGroupRequest ' +
    'updateDimensionProperties:UpdateDimensionPropertiesRequest updateEmbeddedObjectBorder ' +
    'updateEmbeddedObjectPosition updateFilterView updateNamedRange:UpdateNamedRangeRequest ' +
    'updateProtectedRange:UpdateProtectedRangeRequest updateSheetProperties:UpdateSheetPropertiesRequest ' +
    'updateSlicerSpec updateSpreadsheetProperties:UpdateSpreadsheetPropertiesRequest updateTable',
  NamedRange: 'name$ namedRangeId$ range:GridRange',
  SpreadsheetProperties:
    'autoRecalc$ defaultFormat:CellFormat importFunctionsExternalUrlAccessAllowed? ' +
    'iterativeCalculationSettings:IterativeCalculationSettings locale$ spreadsheetTheme:SpreadsheetTheme ' +
    'timeZone$ title$',
  Sheet:
    'bandedRanges basicFilter:BasicFilter charts columnGroups:DimensionGroup commentAnchors ' +
    'conditionalFormats:ConditionalFormatRule data:GridData developerMetadata filterViews merges:GridRange ' +
    'properties:SheetProperties protectedRanges:ProtectedRange rowGroups:DimensionGroup slicers tables',
  DataFilter: 'a1Range$ developerMetadataLookup gridRange:GridRange',
  DataFilterValueRange: 'dataFilter:DataFilter majorDimension$ values',
  MatchedValueRange: 'dataFilters:DataFilter valueRange:ValueRange',
  UpdateValuesByDataFilterResponse:
    'dataFilter:DataFilter updatedCells# updatedColumns# updatedData:ValueRange updatedRange$ updatedRows#',
  AddConditionalFormatRuleRequest: 'index# rule:ConditionalFormatRule',
  AddDimensionGroupRequest: 'range:DimensionRange',
  AddNamedRangeRequest: 'namedRange:NamedRange',
  AddProtectedRangeRequest: 'protectedRange:ProtectedRange',
  AddSheetRequest: 'properties:SheetProperties',
  AppendCellsRequest: 'fields$ rows:RowData sheetId# tableId$',
  AppendDimensionRequest: 'dimension$ length# sheetId#',
  AutoResizeDimensionsRequest: 'dataSourceSheetDimensions dimensions:DimensionRange',
  ClearBasicFilterRequest: 'sheetId#',
  CopyPasteRequest: 'destination:GridRange pasteOrientation$ pasteType$ source:GridRange',
  CutPasteRequest: 'destination:GridCoordinate pasteType$ source:GridRange',
  DeleteConditionalFormatRuleRequest: 'index# sheetId#',
  DeleteDimensionRequest: 'range:DimensionRange',
  DeleteDimensionGroupRequest: 'range:DimensionRange',
  DeleteDuplicatesRequest: 'comparisonColumns:DimensionRange range:GridRange',
  DeleteNamedRangeRequest: 'namedRangeId$',
  DeleteProtectedRangeRequest: 'protectedRangeId#',
  DeleteRangeRequest: 'range:GridRange shiftDimension$',
  DeleteSheetRequest: 'sheetId#',
  DuplicateSheetRequest: 'insertSheetIndex# newSheetId# newSheetName$ sourceSheetId#',
  FindReplaceRequest:
    'allSheets? find$ includeFormulas? matchCase? matchEntireCell? range:GridRange replacement$ ' +
    'searchByRegex? sheetId#',
  InsertDimensionRequest: 'inheritFromBefore? range:DimensionRange',
  InsertRangeRequest: 'range:GridRange shiftDimension$',
  MergeCellsRequest: 'mergeType$ range:GridRange',
  MoveDimensionRequest: 'destinationIndex# source:DimensionRange',
  RepeatCellRequest: 'cell:CellData fields$ range:GridRange',
  SetBasicFilterRequest: 'filter:BasicFilter',
  SetDataValidationRequest: 'filteredRowsIncluded? range:GridRange rule:DataValidationRule',
  SortRangeRequest: 'range:GridRange sortSpecs:SortSpec',
  TrimWhitespaceRequest: 'range:GridRange',
  UnmergeCellsRequest: 'range:GridRange',
  UpdateBordersRequest:
    'bottom:Border innerHorizontal:Border innerVertical:Border left:Border range:GridRange right:Border ' +
    'top:Border',
  UpdateCellsRequest: 'fields$ range:GridRange rows:RowData start:GridCoordinate',
  UpdateConditionalFormatRuleRequest: 'index# newIndex# rule:ConditionalFormatRule sheetId#',
  UpdateDimensionGroupRequest: 'dimensionGroup:DimensionGroup fields$',
  UpdateDimensionPropertiesRequest: 'dataSourceSheetRange fields$ properties:DimensionProperties range:DimensionRange',
  UpdateNamedRangeRequest: 'fields$ namedRange:NamedRange',
  UpdateProtectedRangeRequest: 'fields$ protectedRange:ProtectedRange',
  UpdateSheetPropertiesRequest: 'fields$ properties:SheetProperties',
  UpdateSpreadsheetPropertiesRequest: 'fields$ properties:SpreadsheetProperties',
  GridRange: 'endColumnIndex# endRowIndex# sheetId# startColumnIndex# startRowIndex#',
  CellFormat:
    'backgroundColor:Color backgroundColorStyle:ColorStyle borders:Borders horizontalAlignment$ ' +
    'hyperlinkDisplayType$ numberFormat:NumberFormat padding:Padding textDirection$ textFormat:TextFormat ' +
    'textRotation:TextRotation verticalAlignment$ wrapStrategy$',
  IterativeCalculationSettings: 'convergenceThreshold# maxIterations#',
  SpreadsheetTheme: 'primaryFontFamily$ themeColors:ThemeColorPair',
  BasicFilter: 'criteria filterSpecs:FilterSpec range:GridRange sortSpecs:SortSpec tableId$',
  DimensionGroup: 'collapsed? depth# range:DimensionRange',
  ConditionalFormatRule: 'booleanRule:BooleanRule gradientRule:GradientRule ranges:GridRange',
  GridData:
    'columnMetadata:DimensionProperties rowData:RowData rowMetadata:DimensionProperties startColumn# ' + 'startRow#',
  SheetProperties:
    'dataSourceSheetProperties gridProperties:GridProperties hidden? index# rightToLeft? sheetId# sheetType$ ' +
    'tabColor:Color tabColorStyle:ColorStyle title$',
  ProtectedRange:
    'description$ editors:Editors namedRangeId$ protectedRangeId# range:GridRange requestingUserCanEdit? ' +
    'tableId$ unprotectedRanges:GridRange warningOnly?',
  DimensionRange: 'dimension$ endIndex# sheetId# startIndex#',
  RowData: 'values:CellData',
  GridCoordinate: 'columnIndex# rowIndex# sheetId#',
  CellData:
    'chipRuns dataSourceFormula dataSourceTable dataValidation:DataValidationRule effectiveFormat:CellFormat ' +
    'effectiveValue:ExtendedValue formattedValue$ hyperlink$ note$ pivotTable textFormatRuns:TextFormatRun ' +
    'userEnteredFormat:CellFormat userEnteredValue:ExtendedValue',
  DataValidationRule: 'condition:BooleanCondition inputMessage$ showCustomUi? strict?',
  SortSpec:
    'backgroundColor:Color backgroundColorStyle:ColorStyle dataSourceColumnReference dimensionIndex# ' +
    'foregroundColor:Color foregroundColorStyle:ColorStyle sortOrder$',
  Border: 'color:Color colorStyle:ColorStyle style$ width#',
  DimensionProperties: 'dataSourceColumnReference developerMetadata hiddenByFilter? hiddenByUser? pixelSize#',
  Color: 'alpha# blue# green# red#',
  ColorStyle: 'rgbColor:Color themeColor$',
  Borders: 'bottom:Border left:Border right:Border top:Border',
  NumberFormat: 'pattern$ type$',
  Padding: 'bottom# left# right# top#',
  TextFormat:
    'bold? fontFamily$ fontSize# foregroundColor:Color foregroundColorStyle:ColorStyle italic? link:Link ' +
    'strikethrough? underline?',
  TextRotation: 'angle# vertical?',
  ThemeColorPair: 'color:ColorStyle colorType$',
  FilterSpec: 'columnIndex# dataSourceColumnReference filterCriteria:FilterCriteria',
  BooleanRule: 'condition:BooleanCondition format:CellFormat',
  GradientRule: 'maxpoint:InterpolationPoint midpoint:InterpolationPoint minpoint:InterpolationPoint',
  GridProperties:
    'columnCount# columnGroupControlAfter? frozenColumnCount# frozenRowCount# hideGridlines? rowCount# ' +
    'rowGroupControlAfter?',
  Editors: 'domainUsersCanEdit? groups users',
  ExtendedValue: 'boolValue? errorValue:ErrorValue formulaValue$ numberValue# stringValue$',
  TextFormatRun: 'format:TextFormat startIndex#',
  BooleanCondition: 'type$ values:ConditionValue',
  Link: 'uri$',
  FilterCriteria:
    'condition:BooleanCondition hiddenValues visibleBackgroundColor:Color ' +
    'visibleBackgroundColorStyle:ColorStyle visibleForegroundColor:Color ' +
    'visibleForegroundColorStyle:ColorStyle',
  InterpolationPoint: 'color:Color colorStyle:ColorStyle type$ value$',
  ErrorValue: 'message$ type$',
  ConditionValue: 'relativeDate$ userEnteredValue$',
}
