# TLB flushes of one operation, in three classes (emulated machine)
# Makes flushes.svg and flushes.png: run it in this folder.
set encoding utf8
do for [kind in "svg png"] {
reset
set datafile separator "\t"
set datafile columnheaders
set datafile missing "-"
if (kind eq "svg") {
  set terminal svg size 680,1144 dynamic enhanced font "DejaVu Sans,14" background "#ffffff"
} else {
  set terminal pngcairo size 1360,2288 enhanced font "DejaVu Sans,14" fontscale 1.5 linewidth 2 pointscale 2 background "#ffffff"
}
set output "flushes.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold TLB flushes of one operation, in three classes}" at screen 0.012, screen 0.9843 left
set label "{/*0.86 emulated machine}" at screen 0.012, screen 0.9650 left
set label "EPT" at screen 0.024, screen 0.9458 left noenhanced font ",12" point pt 5 ps 1 lw 1.6 lc rgb "#0060a8" offset 0.9,-0.25
set label "shadow paging (unsync)" at screen 0.106, screen 0.9458 left noenhanced font ",12" point pt 5 ps 1 lw 1.6 lc rgb "#e08a00" offset 0.9,-0.25
set multiplot
set yrange [-27.90:0]
set lmargin at screen 0.345
set tmargin at screen 0.8934
set bmargin at screen 0.0647
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dense-sequential: first-touch" -1.90, "hot-set: first-touch" -2.90, "sparse-stride: first-touch" -3.90, "random: first-touch" -4.90, "pointer-chase: build" -5.90, "reach: first-touch" -6.90, "mprotect: warm-up" -9.05, "pte-edit: warm-up" -10.05, "switch: first-round" -11.05, "kpti: first-calls" -12.05, "demand-paging: demand" -14.20, "churn" -15.20, "mprotect: flip" -16.20, "pte-edit: edit" -17.20, "switch" -18.20, "kpti: call" -19.20, "fork" -20.20, "fork: child-write" -21.20, "accessed-scan: clear" -22.20, "mixed: start" -23.20, "mixed: protect" -24.20, "mixed: copy" -25.20, "mixed: scan" -26.20, "mixed: unmap" -27.20)
set label "{/:Bold Cold: tables being filled}" at screen 0.012, first -0.90 left front
set label "{/:Bold Not cold for both: set-up had filled one}" at screen 0.012, first -8.05 left front
set label "{/:Bold Change: page-table work}" at screen 0.012, first -13.20 left front

set rmargin at screen 0.546
set xrange [0:4.55]
set xtics autofreq font ",11"
set xtics 2
set xlabel "per operation" font ",11"
set label "executed by\nthe hypervisor" at screen 0.345, graph 1 offset 0,1.5 left font ",12"
plot "flushes.tsv" using (0):(column("y")):(0):(column("EPT executed")):(column("y")-0.17):(column("y")+0.17) with boxxyerror fc rgb "#0060a8" fs solid 1.0 noborder notitle, \
  "flushes.tsv" using (0):(column("y")):(0):(column("shadow executed")):(column("y")-0.17):(column("y")+0.17) with boxxyerror fc rgb "#e08a00" fs solid 1.0 noborder notitle, \
  "flushes.tsv" using (column("executed")):(column("y")):(stringcolumn("executed text")) with labels left offset 0.3,0 font ",10" notitle
unset label
set yrange [-27.90:0]
set lmargin at screen 0.558
set tmargin at screen 0.8934
set bmargin at screen 0.0647
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dense-sequential: first-touch" -1.90, "hot-set: first-touch" -2.90, "sparse-stride: first-touch" -3.90, "random: first-touch" -4.90, "pointer-chase: build" -5.90, "reach: first-touch" -6.90, "mprotect: warm-up" -9.05, "pte-edit: warm-up" -10.05, "switch: first-round" -11.05, "kpti: first-calls" -12.05, "demand-paging: demand" -14.20, "churn" -15.20, "mprotect: flip" -16.20, "pte-edit: edit" -17.20, "switch" -18.20, "kpti: call" -19.20, "fork" -20.20, "fork: child-write" -21.20, "accessed-scan: clear" -22.20, "mixed: start" -23.20, "mixed: protect" -24.20, "mixed: copy" -25.20, "mixed: scan" -26.20, "mixed: unmap" -27.20)
unset ytics
set rmargin at screen 0.760
set xrange [0:4.55]
set xtics autofreq font ",11"
set xtics 2
set xlabel "per operation" font ",11"
set label "asked by guest,\ntrapped" at screen 0.558, graph 1 offset 0,1.5 left font ",12"
plot "flushes.tsv" using (0):(column("y")):(0):(column("EPT trapped")):(column("y")-0.17):(column("y")+0.17) with boxxyerror fc rgb "#0060a8" fs solid 1.0 noborder notitle, \
  "flushes.tsv" using (0):(column("y")):(0):(column("shadow trapped")):(column("y")-0.17):(column("y")+0.17) with boxxyerror fc rgb "#e08a00" fs solid 1.0 noborder notitle, \
  "flushes.tsv" using (column("trapped")):(column("y")):(stringcolumn("trapped text")) with labels left offset 0.3,0 font ",10" notitle
unset label
set yrange [-27.90:0]
set lmargin at screen 0.772
set tmargin at screen 0.8934
set bmargin at screen 0.0647
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dense-sequential: first-touch" -1.90, "hot-set: first-touch" -2.90, "sparse-stride: first-touch" -3.90, "random: first-touch" -4.90, "pointer-chase: build" -5.90, "reach: first-touch" -6.90, "mprotect: warm-up" -9.05, "pte-edit: warm-up" -10.05, "switch: first-round" -11.05, "kpti: first-calls" -12.05, "demand-paging: demand" -14.20, "churn" -15.20, "mprotect: flip" -16.20, "pte-edit: edit" -17.20, "switch" -18.20, "kpti: call" -19.20, "fork" -20.20, "fork: child-write" -21.20, "accessed-scan: clear" -22.20, "mixed: start" -23.20, "mixed: protect" -24.20, "mixed: copy" -25.20, "mixed: scan" -26.20, "mixed: unmap" -27.20)
unset ytics
set rmargin at screen 0.973
set xrange [0:4.55]
set xtics autofreq font ",11"
set xtics 2
set xlabel "per operation" font ",11"
set label "asked by guest,\nnot trapped" at screen 0.772, graph 1 offset 0,1.5 left font ",12"
plot "flushes.tsv" using (0):(column("y")):(0):(column("EPT untrapped")):(column("y")-0.17):(column("y")+0.17) with boxxyerror fc rgb "#0060a8" fs solid 1.0 noborder notitle, \
  "flushes.tsv" using (0):(column("y")):(0):(column("shadow untrapped")):(column("y")-0.17):(column("y")+0.17) with boxxyerror fc rgb "#e08a00" fs solid 1.0 noborder notitle, \
  "flushes.tsv" using (column("untrapped")):(column("y")):(stringcolumn("untrapped text")) with labels left offset 0.3,0 font ",10" notitle
unset multiplot
unset output
}
