// Package request reads what a model is to forget from a file and finds it in the data.
//
//	asked, err := request.Read("request.yaml")
//	if err != nil {
//		return err
//	}
//	found, err := asked.Resolve(ctx, loaded)
//	if err != nil {
//		return err
//	}
//	update, err := method.Unlearn(ctx, problem, theta, found.Request)
//
// Rows are counted from 0: row 0 is the first sample of the file, below the heading where there is
// one. Errors name the file, the line and the remedy. They may name ids, columns and new values, so
// an error that goes to a file is written by its method Masked; what is to be forgotten is in
// neither.
package request
